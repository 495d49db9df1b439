/** One JSON object a line on stdout, written in batches: at most 25 ms late, and in full before the process ends. */
let lines = "";
let timer;

export function log(level, message, fields) {
  lines += `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`;
  if (lines.length > 65_536) flush();
  else timer ??= setTimeout(flush, 25).unref();
}

export function flush() {
  clearTimeout(timer);
  timer = undefined;
  const text = lines;
  lines = "";
  if (text) process.stdout.write(text);
}

process.on("exit", flush);
