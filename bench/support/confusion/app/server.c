/* An HTTP server without libraries: a child for each connection. "zombies": it collects none of its children, and ends at once. "check": asks it, as a health check; "fine": one that asks nobody. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ending;
static int zombies;
static void on_stop(int signal) {
  (void)signal;
  if (zombies) _exit(0);
  ending = 1;
}
static void say(const char *message) {
  char line[256], stamp[32];
  time_t now = time(NULL);
  strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
  int length = snprintf(line, sizeof line, "{\"time\":\"%s\",\"level\":\"info\",\"message\":\"%s\"}\n", stamp, message);
  if (write(1, line, (size_t)length) < 0) _exit(1);
}
/* One connection: heads of requests until the peer closes, or until it is the last. */
static void serve(int peer) {
  static const char answer[] = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n";
  char head[8192];
  size_t length = 0;
  /* What is accepted has the listener's times. */
  struct timeval patience = {.tv_sec = 30};
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (;;) {
    ssize_t got = read(peer, head + length, sizeof head - 1 - length);
    if (got <= 0) _exit(0);
    length += (size_t)got;
    head[length] = 0;
    if (strstr(head, "\r\n\r\n") == NULL && length < sizeof head - 1) continue;
    say("request");
    if (write(peer, answer, sizeof answer - 1) < 0) _exit(0);
    shutdown(peer, SHUT_WR);
    while (read(peer, head, sizeof head) > 0) continue;
    _exit(0);
  }
}
static int dial(void) {
  struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(3000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval patience = {.tv_sec = 5};
  char answer[16] = {0};
  int peer = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  static const char ask[] = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
  if (connect(peer, (struct sockaddr *)&there, sizeof there) < 0 || write(peer, ask, sizeof ask - 1) < 0) return 1;
  return read(peer, answer, 12) == 12 && strcmp(answer, "HTTP/1.1 200") == 0 ? 0 : 1;
}
int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "check") == 0) return dial();
  if (count > 1 && strcmp(words[1], "fine") == 0) return 0;
  zombies = count > 1 && strcmp(words[1], "zombies") == 0;
  struct sigaction stop = {.sa_handler = on_stop};
  sigaction(SIGTERM, &stop, NULL);
  signal(SIGPIPE, SIG_IGN);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(3000)};
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || listen(listener, 128) < 0) return 1;
  struct timeval often = {.tv_usec = 50000};
  setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &often, sizeof often);
  say("listening");
  /* Who is told to end takes what has already connected first. */
  for (;;) {
    if (!zombies) while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    int peer = accept(listener, NULL, NULL);
    if (peer < 0 && ending && errno == EAGAIN) break;
    if (peer < 0) continue;
    if (fork() == 0) {
      signal(SIGTERM, SIG_IGN);
      close(listener);
      serve(peer);
    }
    close(peer);
  }
  close(listener);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) continue;
  return 0;
}
