export { credentialBytes, credentialIn } from "./files.ts";
export { secretInText } from "./text.ts";
export { secretIn, secretValueIn } from "./value.ts";
