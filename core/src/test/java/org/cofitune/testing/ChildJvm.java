package org.cofitune.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;

/**
 * A Java process of its own, on the class path of the tests, for what only another process can
 * show: locks, kills, natives that must not load.
 *
 * @param process the running process
 * @param log its standard output and error
 */
public record ChildJvm(Process process, Path log) implements AutoCloseable {
  private static final int LIMIT_SECONDS = 60;

  /** Starts the {@code main} of a class. */
  public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
    return start(List.of(), List.of(), main, arguments);
  }

  /**
   * Starts the {@code main} of a class with options of the JVM, behind a command such as a shell.
   */
  public static ChildJvm start(
      List<String> prefix, List<String> options, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile("child", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new ChildJvm(process, log);
  }

  /** Waits for the end and returns the exit status. */
  public int exitStatus() throws InterruptedException {
    Assertions.assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Waits until a file is there, which the child makes to say that it has come so far. */
  public void await(Path sign) throws InterruptedException, IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!Files.exists(sign)) {
      Assertions.assertThat(process.isAlive() && System.nanoTime() < end)
          .as(() -> "child made no sign: " + output())
          .isTrue();
      process.waitFor(5, TimeUnit.MILLISECONDS);
    }
  }

  /** Ends the child as SIGKILL does, and waits for that. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** What the child wrote so far. */
  public String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(log);
  }
}
