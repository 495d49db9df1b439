import { HOLD_FILE } from "./render.ts";

/** Between two looks at the map: what a request waits at most longer than it must. */
const LOOK_MS = 25;

/**
 * The action that lets a request wait in HAProxy while its service's only container is replaced (HAProxy Lua API 2.6: core.register_action, core.msleep,
 * class Map). The map says until when, in seconds since the epoch, so a hold ends by itself when whoever began it has died; `seconds` bounds the wait
 * of one request. `Map.new` shares its content with the map that the configuration names, so `set map` over the socket reaches it.
 */
export const renderHoldScript = (configFolder: string): string => `-- Written by Seaworthy; see docs/guide/releases.md.
local holds = Map.new("${configFolder}/${HOLD_FILE}", Map._str)

core.register_action("seaworthy_hold", { "http-req" }, function(txn, backend, seconds)
  local left = tonumber(seconds) * 1000
  while (tonumber(holds:lookup(backend)) or 0) > core.now().sec do
    if left <= 0 then
      local reply = txn:reply({ status = 503, reason = "Service Unavailable" })
      reply:add_header("Retry-After", "2")
      reply:add_header("Content-Type", "text/plain")
      reply:set_body("The service is being replaced, which takes longer than a request may wait.\\n")
      txn:done(reply)
      return
    end
    core.msleep(${LOOK_MS})
    left = left - ${LOOK_MS}
  end
end, 2)
`;
