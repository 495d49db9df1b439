import { defineConfig } from "vitest/config";

/**
 * `unit`: nothing outside the process but the file system. `engine`: needs a container engine, HAProxy or another real component; serial, because they share one engine.
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
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "engine",
          include: ["src/**/*.engine.test.ts", "test/**/*.engine.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: ["./test/support/engine-setup.ts"],
        },
      },
    ],
  },
});
