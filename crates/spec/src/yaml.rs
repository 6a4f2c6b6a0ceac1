//! YAML with places and comments: read to a tree, written back in canonical form.

pub(crate) mod comments;
pub(crate) mod node;
pub(crate) mod read;
pub(crate) mod scalar;
pub(crate) mod write;

pub(crate) use node::{Content, Entry, Item, Node, Scalar, Style, Trivia};
pub(crate) use read::read;
