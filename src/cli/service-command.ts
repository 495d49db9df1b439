import { SeaworthyError } from "../core/index.ts";

/** `SERVICE -- COMMAND ...`. @throws USAGE when one of them is missing */
export const serviceAndCommand = (
  verb: string,
  [service, ...command]: readonly string[],
): { readonly service: string; readonly command: readonly string[] } => {
  if (service === undefined || command.length === 0)
    throw new SeaworthyError("USAGE", `seaworthy ${verb} needs a service and a command`, {
      hint: `As in: seaworthy ${verb} web -- ls -l /`,
    });
  return { service, command };
};
