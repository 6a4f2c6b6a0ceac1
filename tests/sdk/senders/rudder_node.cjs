// RudderStack's Node SDK. It does not hold the limit of a message itself: one message is too large, its neighbours must not suffer.
const Analytics = require("@rudderstack/rudder-sdk-node");

const analytics = new Analytics(process.env.WRITE_KEY, { dataPlaneUrl: process.env.HOST, flushAt: 40, logLevel: "error" });

const userId = "rudder-node";
analytics.identify({ userId, traits: { email: "brian@example.com", name: "Brian" } });
analytics.group({ userId, groupId: "account-rudder-node", traits: { name: "Rudder Node", plan: "pro" } });
for (let number = 0; number < 120; number += 1) {
  analytics.track({ userId, event: "Feature Used", properties: { feature: `feature ${number % 5}`, number } });
}
analytics.track({ userId, event: "Too Large", properties: { text: "x".repeat(40000) } });
analytics.page({ userId, category: "Docs", name: "Pricing", properties: { path: "/pricing" } });
analytics.screen({ userId, name: "Home" });
analytics.alias({ previousId: "rudder-node-before", userId });

async function flushAll() {
  while (analytics.queue.length > 0) {
    await analytics.flush();
  }
  if (analytics.pendingFlush) {
    await analytics.pendingFlush;
  }
  clearTimeout(analytics.timer);
}
flushAll().catch((error) => {
  console.log("error:", error.message);
  process.exitCode = 1;
});
