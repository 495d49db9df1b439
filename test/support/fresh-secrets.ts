import { beforeAll } from "vitest";
import { forgetSecrets } from "../../src/core/redact.ts";

// Files of one worker share their modules: what one registers as a secret would be blanked out of the words that the next one compares.
beforeAll(forgetSecrets);
