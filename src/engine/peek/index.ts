export { peekImages } from "./peek.ts";
