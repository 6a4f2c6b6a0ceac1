// Segment's Node SDK.
const { Analytics } = require("@segment/analytics-node");

const analytics = new Analytics({ writeKey: process.env.WRITE_KEY, host: process.env.HOST, flushAt: 50, maxRetries: 5 });
analytics.on("error", (error) => console.log("error:", error));

const userId = "segment-node";
analytics.identify({ userId, traits: { email: "linus@example.com", name: "Linus", createdAt: new Date("2025-05-01T10:00:00Z") } });
analytics.group({ userId, groupId: "account-segment-node", traits: { name: "Segment Node", employees: "40" } });
for (let number = 0; number < 120; number += 1) {
  analytics.track({ userId, event: "Feature Used", properties: { feature: `feature ${number % 5}`, number } });
}
analytics.track({ userId, event: "Signed In", context: { groupId: "account-segment-node" } });
analytics.page({ userId, category: "Docs", name: "Pricing", properties: { path: "/pricing" } });
analytics.screen({ userId, name: "Home" });
analytics.alias({ previousId: "segment-node-before", userId });
analytics.closeAndFlush({ timeout: 20000 });
