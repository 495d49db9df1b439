// Works without a port: says so every half second, and ends when it is told to.
const work = () => console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", message: "worked" }));
work();
setInterval(work, 500);
process.on("SIGTERM", () => process.exit(0));
