import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A Java server, or client, with one flaw.
 *
 * <pre>
 *   java Server PORT DOES
 *
 *   pause    a selector loop reads 8 bytes and sets the interest to nothing
 *   cancel   a selector loop answers, cancels the key and keeps the channel
 *   lock     each connection has a thread, and all wait for one monitor
 *   pool     two threads wait for a latch, and a queue behind them fills
 *   forget   accepts, answers and keeps the socket
 *   idle     a client of port PORT asks three times at once and keeps the connections for later
 * </pre>
 */
final class Server {
  private static final Object MONITOR = new Object();
  private static final List<Object> KEPT = Collections.synchronizedList(new ArrayList<>());

  private Server() {}

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    switch (arguments[1]) {
      case "pause", "cancel" -> select(port, arguments[1].equals("pause"));
      case "idle" -> stayIdle(port);
      default -> accept(port, arguments[1]);
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }

  private static void tell(Object connection, String what) {
    say("connection " + connection + ": " + what);
  }

  private static void accept(int port, String does) throws Exception {
    ExecutorService pool = does.equals("pool") ? Executors.newFixedThreadPool(2) : Executors.newCachedThreadPool();
    if (does.equals("lock")) {
      CountDownLatch held = new CountDownLatch(1);
      new Thread(() -> holdMonitor(held)).start();
      held.await();
    }
    try (ServerSocket listener = new ServerSocket(port, 64, InetAddress.getByName("127.0.0.1"))) {
      say("accepts connections on 127.0.0.1:" + port);
      while (true) {
        Socket socket = listener.accept();
        if (does.equals("forget")) answerAndForget(socket);
        else pool.execute(() -> handle(socket, does));
      }
    }
  }

  private static void holdMonitor(CountDownLatch held) {
    synchronized (MONITOR) {
      held.countDown();
      waitForEver();
    }
  }

  private static void waitForEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void answerAndForget(Socket socket) throws IOException {
    socket.getInputStream().read(new byte[4096]);
    socket.getOutputStream().write("ok\n".getBytes());
    KEPT.add(socket);
    tell(socket.getPort(), "answered and forgotten");
  }

  private static void handle(Socket socket, String does) {
    try (socket) {
      socket.getInputStream().read(new byte[4096]);
      tell(socket.getPort(), "read, and its thread waits");
      if (does.equals("pool")) waitForEver();
      synchronized (MONITOR) {
        socket.getOutputStream().write("ok\n".getBytes());
      }
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void select(int port, boolean pauses) throws IOException {
    Selector selector = Selector.open();
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress("127.0.0.1", port), 64).configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    say("accepts connections on 127.0.0.1:" + port);
    while (true) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.isAcceptable()) {
          SocketChannel accepted = listener.accept();
          accepted.configureBlocking(false).register(selector, SelectionKey.OP_READ);
        } else if (pauses) {
          ((SocketChannel) key.channel()).read(ByteBuffer.allocate(8));
          key.interestOps(0);
          tell(key.channel(), "read in part and paused");
        } else {
          SocketChannel channel = (SocketChannel) key.channel();
          channel.read(ByteBuffer.allocate(4096));
          channel.write(ByteBuffer.wrap("ok\n".getBytes()));
          key.cancel();
          KEPT.add(channel);
          tell(channel, "answered, its key cancelled");
        }
      }
      selector.selectedKeys().clear();
    }
  }

  private static void stayIdle(int port) throws Exception {
    List<HttpURLConnection> open = new ArrayList<>();
    for (int count = 0; count < 3; count++) {
      HttpURLConnection request = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
      request.getResponseCode();
      open.add(request);
    }
    // Read only now: a body that is read to its end gives its connection back for the next request.
    for (HttpURLConnection request : open) {
      request.getInputStream().readAllBytes();
      tell(request.getURL(), "kept for later");
    }
    waitForEver();
  }
}
