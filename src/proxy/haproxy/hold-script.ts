import { HOLD_FILE } from "./render.ts";

/** Between two looks at the map: what a request waits at most longer than it must. */
const LOOK_MS = 25;

/**
 * The action that lets a request wait in HAProxy while its service's only container is replaced (HAProxy Lua API 2.6: core.register_action, core.msleep,
 * class Map). The map says until when, in seconds since the epoch, so a hold ends by itself when whoever began it has died; `seconds` bounds the wait
 * of one request, and how many may be there at once is compared with HAProxy's own count, which knows of clients that left. `Map.new` shares its content with the map that the configuration names, so `set map` over the socket reaches it.
 */
export const renderHoldScript = (configFolder: string): string => `-- Written by Seaworthy; see docs/guide/releases.md.
local holds = Map.new("${configFolder}/${HOLD_FILE}", Map._str)

local function refuse(txn, words)
  local reply = txn:reply({ status = 503, reason = "Service Unavailable" })
  reply:add_header("Retry-After", "2")
  reply:add_header("Content-Type", "text/plain")
  reply:set_body(words)
  txn:done(reply)
end

core.register_action("seaworthy_hold", { "http-req" }, function(txn, backend, seconds, requests)
  local left = tonumber(seconds) * 1000
  if txn.f:be_conn(backend) > tonumber(requests) then
    return refuse(txn, "Too many requests wait for this service.\\n")
  end
  while (tonumber(holds:lookup(backend)) or 0) > core.now().sec do
    if left <= 0 then
      return refuse(txn, "The service is being replaced, which takes longer than a request may wait.\\n")
    end
    core.msleep(${LOOK_MS})
    left = left - ${LOOK_MS}
  end
end, 3)
`;
