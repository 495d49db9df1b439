import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.concurrent.Executors;

/** An HTTP server with the JDK's own classes, compiled as it starts: slow to come up. "abrupt": it has nothing that ends it well. */
public class Server {
  static void say(String message) {
    System.out.println("{\"time\":\"" + Instant.now() + "\",\"level\":\"info\",\"message\":\"" + message + "\"}");
  }

  public static void main(String[] words) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(3000), 128);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      say(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
      exchange.sendResponseHeaders(200, 3);
      exchange.getResponseBody().write("ok\n".getBytes());
      exchange.close();
    });
    if (words.length == 0) Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(5)));
    server.start();
    say("listening");
  }
}
