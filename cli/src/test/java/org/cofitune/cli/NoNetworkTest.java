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

/** The whole pipeline, where nobody outside can be reached. */
final class NoNetworkTest {
  private static final List<String> WITHOUT_INTERFACES = List.of("unshare", "-r", "-n");

  @TempDir Path directory;

  @Test
  void thePipelineRunsWhereThereIsNoNetworkAtAll() throws Exception {
    assumeThat(separates()).as("the system lets a user leave the network").isTrue();
    Path out = directory.resolve("quick");
    try (ChildJvm child = LittleQuickstart.start(out, WITHOUT_INTERFACES, List.of())) {
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
      try (ChildJvm child =
          LittleQuickstart.start(directory.resolve("quick"), List.of(), through(proxy))) {
        assertThat(child.exitStatus()).as(child::output).isZero();
      }
      proxy.close();
      listener.join();
    }
    assertThat(callers).hasValue(0);
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
