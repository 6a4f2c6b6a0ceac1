// The same work as a run of a play: three durable steps, or one step after a wait. Answers on the port that it is given.
import * as restate from "@restatedev/restate-sdk";

const STEPS = 3;

// The SDK uses what Node has from version 22 on; Debian's is 20.
Promise.withResolvers ??= function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

const play = restate.service({
  name: "play",
  handlers: {
    steps: async (ctx, account) => {
      for (let step = 0; step < STEPS; step += 1) {
        await ctx.run(`step_${step}`, () => ({ key: `${account}/step_${step}/0`, channel: "email", template: "quick_check_in" }));
      }
      return STEPS;
    },
    // Answers how many milliseconds after `due` the step was done.
    after: async (ctx, due) => {
      const wait = await ctx.run("wait", () => Math.max(0, due - Date.now()));
      await ctx.sleep(wait);
      return ctx.run("step", () => Date.now() - due);
    },
  },
});

restate.serve({ services: [play], port: Number(process.argv[2]) });
