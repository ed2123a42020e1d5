package org.cofitune.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The processes that {@code launch} has started. Rank 0 has this process's streams; what another
 * one says comes with its number. None outlives this process: signals are passed on, and where one
 * has ended badly, the others are ended if they do not end themselves.
 */
final class LaunchedProcesses implements AutoCloseable {
  /** The others notice at once when a process ends; so long they may take to end too. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration LAST_GRACE = Duration.ofSeconds(5);

  /** Libraries that connect processes write to standard output; that is for results alone. */
  private static final String RESULTS_APART = "exec 3>&1 1>&2; exec \"$0\" \"$@\"";

  /** How the engine begins a line about every connection; it says nothing to a person. */
  private static final String NOISE = "[Gloo] Rank ";

  /** Statuses above this are those of signals. */
  private static final int SIGNAL = 128;

  private final Console console;
  private final List<String> words;
  private final Map<Integer, Process> processes = new TreeMap<>();
  private volatile boolean interrupted;
  private final Thread onSignal = new Thread(this::passOn, "launch-signal");

  LaunchedProcesses(Console console, List<String> words) {
    this.console = console;
    this.words = List.copyOf(words);
    Runtime.getRuntime().addShutdownHook(onSignal);
  }

  /** Starts a rank with these variables beside those of this process. */
  void start(int rank, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command(rank));
    builder.environment().putAll(environment);
    if (rank == 0) {
      builder.inheritIO();
    } else {
      builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    }
    try {
      Process process = builder.start();
      synchronized (processes) {
        processes.put(rank, process);
      }
      if (rank != 0) {
        pass(rank, process.getInputStream(), console.out());
        pass(rank, process.getErrorStream(), console.err());
      }
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.TRAINING, "rank " + rank + " cannot be started")
          .found(e.getMessage())
          .next("free memory or processes, or lower --nproc")
          .cause(e)
          .build();
    }
  }

  /** This process's own Java, options, and class path. */
  private List<String> command(int rank) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", RESULTS_APART));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      boolean terminal = option.startsWith("-Dcofitune.std");
      if (!terminal || rank == 0) {
        command.add(option);
      }
    }
    command.add("-Dcofitune.stdout.file=/dev/fd/3");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(words);
    return command;
  }

  private static void pass(int rank, InputStream from, PrintStream to) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                lines
                    .lines()
                    .filter(line -> !line.startsWith(NOISE))
                    .forEach(line -> to.println("[rank " + rank + "] " + line));
              } catch (IOException | UncheckedIOException e) {
                to.println("[rank " + rank + "] its output cannot be read: " + e.getMessage());
              }
            },
            "launch-output-" + rank);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits until all have ended.
   *
   * @return 0 if all ended well; else the status of the first rank that did not
   */
  int await() {
    CompletableFuture<Integer> firstBad = new CompletableFuture<>();
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    processes.forEach(
        (rank, process) ->
            ends.add(
                process
                    .onExit()
                    .thenAccept(
                        ended -> {
                          if (ended.exitValue() != 0) {
                            firstBad.complete(rank);
                          }
                        })));
    CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
    CompletableFuture.anyOf(all, firstBad).join();
    if (firstBad.isDone()) {
      int rank = firstBad.join();
      int status = processes.get(rank).exitValue();
      if (status > SIGNAL && !interrupted) {
        console.err().println("launch: rank " + rank + " was ended by signal " + (status - SIGNAL));
      }
      endOthers(all);
    }
    return processes.values().stream()
        .mapToInt(Process::exitValue)
        .filter(status -> status != 0)
        .findFirst()
        .orElse(0);
  }

  private void endOthers(CompletableFuture<Void> all) {
    if (!endWithin(all, GRACE)) {
      processes.values().forEach(Process::destroy);
    }
    if (!endWithin(all, LAST_GRACE)) {
      processes.values().forEach(Process::destroyForcibly);
      all.join();
    }
  }

  private static boolean endWithin(CompletableFuture<Void> all, Duration time) {
    try {
      all.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("waiting for processes", e);
    }
  }

  /** A terminal's Ctrl-C reaches all anyway; SIGTERM does not. They save, then end. */
  private void passOn() {
    interrupted = true;
    List<Process> started;
    synchronized (processes) {
      started = List.copyOf(processes.values());
    }
    started.forEach(Process::destroy);
    for (Process process : started) {
      process.onExit().join();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      return; // a signal is being passed on
    }
    processes.values().forEach(Process::destroyForcibly);
  }
}
