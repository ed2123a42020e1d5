package org.cofitune.cli;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * Every command by name, in the order the help lists them. A command's class is loaded when the
 * command is chosen, so that help and cheap commands never pay for the engine; a method reference
 * instead of a lambda would load it at once.
 */
final class CommandCatalog {
  /**
   * One command.
   *
   * @param summary one line for the list of commands and the top of the command's own help
   * @param create makes the annotated command
   */
  record Entry(String name, String summary, Function<Console, Callable<Integer>> create) {}

  static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              "quickstart",
              "The whole story on a small model that is part of the program, in minutes.",
              console -> new QuickstartCommand(console)),
          new Entry(
              "run",
              "The whole way: base scores, search, importance, training, scores, merged model.",
              console -> new RunCommand(console)),
          new Entry(
              "train", "Train a region of a model on rows.", console -> new TrainCommand(console)),
          new Entry(
              "launch",
              "Run a command in several processes that work together.",
              console -> new LaunchCommand(console)),
          new Entry(
              "importance",
              "Measure which units of a model its abilities rest on.",
              console -> new ImportanceCommand(console)),
          new Entry(
              "search",
              "Find the region of a model that is worth training.",
              console -> new SearchCommand(console)),
          new Entry(
              "evaluate",
              "Score a model on tasks: speciality, versatility, and what changed.",
              console -> new EvaluateCommand(console)),
          new Entry(
              "compare",
              "Train methods beside each other, and tell what each is worth.",
              console -> new CompareCommand(console)),
          new Entry(
              "report",
              "Write one HTML page that says what a run came to.",
              console -> new ReportCommand(console)),
          new Entry(
              "dial",
              "Score a model between base and tuned weights, and choose a point.",
              console -> new DialCommand(console)),
          new Entry(
              "analyze",
              "Show where in a model a training takes effect: layers, swapped weights, drift.",
              console -> new AnalyzeCommand(console)),
          new Entry(
              "prune",
              "Take back the part of a training that forgets most.",
              console -> new PruneCommand(console)),
          new Entry(
              "merge",
              "Write base and delta as one checkpoint that other tools load.",
              console -> new MergeCommand(console)),
          new Entry(
              "preview",
              "Show rows as the model will see them, supervised tokens marked.",
              console -> new PreviewCommand(console)),
          new Entry(
              "estimate",
              "Count parameters, memory, disk, and time of a run before it starts.",
              console -> new EstimateCommand(console)),
          new Entry(
              "bench",
              "Measure a recipe on this machine: training, questions, texts, memory.",
              console -> new BenchCommand(console)),
          new Entry(
              "generate",
              "Continue a text, or every prompt of a file.",
              console -> new GenerateCommand(console)),
          new Entry("chat", "Talk with a model.", console -> new ChatCommand(console)),
          new Entry(
              "serve",
              "Answer OpenAI's clients and lm-evaluation-harness over HTTP.",
              console -> new ServeCommand(console)),
          new Entry(
              "ui",
              "Show runs in a browser on this machine, live and side by side.",
              console -> new UiCommand(console)),
          new Entry(
              "doctor",
              "Check Java, memory, disk, and native libraries of this machine.",
              console -> new DoctorCommand(console)),
          new Entry(
              "completion",
              "Print what lets bash and zsh complete commands and options.",
              console -> new CompletionCommand(console)));

  /** Commands whose work several processes share. */
  static final Set<String> SHARED = Set.of("train", "evaluate", "importance", "search");

  /** Commands that several processes would do several times, in one folder. */
  static final Set<String> ALONE =
      Set.of("run", "compare", "quickstart", "dial", "analyze", "bench");

  private CommandCatalog() {}

  static Optional<Entry> find(String name) {
    return ENTRIES.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }
}
