/** The demo cannot go on. Exit statuses as in script/demo. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
  readonly exit: number;
  /** What is worth seeing besides the message, one line each. */
  readonly lines: readonly string[];

  constructor(exit: number, message: string, lines: readonly string[] = []) {
    super(message);
    this.exit = exit;
    this.lines = lines;
  }
}
