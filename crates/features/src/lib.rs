//! No code: the manifest pins feature sets (docs/decisions/0002-one-build-profile.md).
