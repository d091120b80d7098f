import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Answers lines with the same line, a thread for each connection, and forgets a connection upon the line `leak`. Prints
 * its port; ends with its standard input.
 */
final class Leaky {
    private static final List<Socket> FORGOTTEN = Collections.synchronizedList(new ArrayList<>());

    private Leaky() {
    }

    private static void serve(Socket connection) {
        byte[] line = new byte[256];
        int length = 0;
        try {
            for (;;) {
                int got = connection.getInputStream().read(line, length, line.length - length);
                if (got < 0) {
                    break;
                }
                length += got;
                if (line[length - 1] != '\n') {
                    continue;
                }
                if (length == 5 && line[0] == 'l') {
                    FORGOTTEN.add(connection);
                    return;
                }
                connection.getOutputStream().write(line, 0, length);
                length = 0;
            }
        } catch (IOException failure) {
            // Whether a request failed is for whoever asked to say.
            length = 0;
        }
        close(connection);
    }

    private static void close(Socket connection) {
        try {
            connection.close();
        } catch (IOException failure) {
            failure.printStackTrace();
        }
    }

    private static void endWithInput() {
        try {
            System.in.readAllBytes();
        } catch (IOException failure) {
            failure.printStackTrace();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(null, work, "worker", 1 << 17);
        thread.setDaemon(true);
        thread.start();
    }

    public static void main(String[] arguments) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getByName("127.0.0.1"))) {
            start(Leaky::endWithInput);
            System.out.println(listener.getLocalPort());
            for (;;) {
                Socket connection = listener.accept();
                start(() -> serve(connection));
            }
        }
    }
}
