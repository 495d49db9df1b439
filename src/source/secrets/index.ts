export { type SecretInConfiguration, secretsInConfiguration } from "./configuration.ts";
export { credentialBytes, credentialIn } from "./files.ts";
export { isKeyStore, isLookedThrough, secretsInFile } from "./layer-file.ts";
export { type SecretInText, secretInText } from "./text.ts";
export { secretIn, secretValueIn } from "./value.ts";
