import { defineConfig } from "vitest/config";

/** Vitest's own default leaves one processor out, which is half of two. */
const SIDE_BY_SIDE = 2;

/**
 * `unit`: nothing outside the process but the file system. `proxy`: a real HAProxy as a process, each test with its own. `engine`: needs a container engine or
 * another real component; serial, because they share one engine.
 */
export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/*.engine.test.ts"],
          isolate: false,
          setupFiles: ["./test/support/fresh-secrets.ts"],
          maxWorkers: SIDE_BY_SIDE,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "proxy",
          include: ["src/proxy/**/*.engine.test.ts"],
          sequence: { groupOrder: 1 },
          maxWorkers: SIDE_BY_SIDE,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "engine",
          include: ["src/**/*.engine.test.ts", "test/**/*.engine.test.ts"],
          exclude: ["src/proxy/**"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: ["./test/support/engine-setup.ts"],
        },
      },
    ],
  },
});
