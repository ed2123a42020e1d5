package org.cofitune.cli.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.cli.Main;

/**
 * A command of cofitune in a process of its own.
 *
 * @param process the running process
 * @param log its standard output and error
 */
record ChildCommand(Process process, Path log) implements AutoCloseable {

  /**
   * Starts a command.
   *
   * @param folder where it works; paths in its words are relative to that
   * @param jvm further options of the JVM
   */
  static ChildCommand start(Path folder, List<String> jvm, List<String> words) throws IOException {
    Path log = Files.createTempFile("cofitune-child-", ".log");
    Process process =
        new ProcessBuilder(command(jvm, words))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new ChildCommand(process, log);
  }

  /** The words that start a command. */
  static List<String> command(List<String> jvm, List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto"));
    command.addAll(
        List.of("-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(words);
    return command;
  }

  /** What it wrote so far. */
  String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Waits for the end. */
  Ended await() throws IOException, InterruptedException {
    process.waitFor();
    return ended();
  }

  /** How it ended; it must have. */
  Ended ended() throws IOException {
    return new Ended(process.exitValue(), Files.readString(log));
  }

  /**
   * How a command ended.
   *
   * @param status its exit status
   * @param output standard output and error
   */
  record Ended(int status, String output) {}

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(log);
  }
}
