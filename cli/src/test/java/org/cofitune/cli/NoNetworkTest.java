package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofitune.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline on the bundled model, with little of everything, in a process of its own. */
final class NoNetworkTest {
  private static final List<String> WITHOUT_INTERFACES = List.of("unshare", "-r", "-n");

  private static final String[] LITTLE = {
    "--set", "max_steps=2",
    "--set", "search.levels=[halves]",
    "--set", "search.max_steps=2",
    "--set", "search.controls=false",
    "--set", "importance.max_samples=4",
    "--set", "evaluate.limit=2"
  };

  @TempDir Path directory;

  @Test
  void thePipelineRunsWhereThereIsNoNetworkAtAll() throws Exception {
    assumeThat(separates()).as("the system lets a user leave the network").isTrue();
    Path out = directory.resolve("quick");
    try (ChildJvm child = quickstart(WITHOUT_INTERFACES, List.of(), out)) {
      assertThat(child.exitStatus()).as(child::output).isZero();
    }
    assertThat(out.resolve("cofitune/report.html")).isNotEmptyFile();
  }

  @Test
  void noLibraryAsksForAConnection() throws Exception {
    AtomicInteger callers = new AtomicInteger();
    try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread listener = new Thread(() -> count(proxy, callers));
      listener.start();
      try (ChildJvm child = quickstart(List.of(), through(proxy), directory.resolve("quick"))) {
        assertThat(child.exitStatus()).as(child::output).isZero();
      }
      proxy.close();
      listener.join();
    }
    assertThat(callers).hasValue(0);
  }

  private static ChildJvm quickstart(List<String> prefix, List<String> options, Path out)
      throws IOException {
    String[] words = new String[3 + LITTLE.length];
    words[0] = "quickstart";
    words[1] = "--out";
    words[2] = out.toString();
    System.arraycopy(LITTLE, 0, words, 3, LITTLE.length);
    return ChildJvm.start(prefix, options, Main.class, words);
  }

  /** Java's own ways out, led to a door that counts. */
  private static List<String> through(ServerSocket proxy) {
    return List.of("http.proxy", "https.proxy", "socksProxy").stream()
        .flatMap(
            way ->
                List.of(
                    "-D" + way + "Host=" + proxy.getInetAddress().getHostAddress(),
                    "-D" + way + "Port=" + proxy.getLocalPort())
                    .stream())
        .toList();
  }

  private static void count(ServerSocket proxy, AtomicInteger callers) {
    try {
      while (true) {
        proxy.accept().close();
        callers.incrementAndGet();
      }
    } catch (IOException e) {
      return; // closed: the test is over
    }
  }

  private static boolean separates() throws InterruptedException {
    try {
      return new ProcessBuilder("unshare", "-r", "-n", "true").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
