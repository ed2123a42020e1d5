package org.cofitune.cli.faults;

import java.util.List;
import java.util.stream.Stream;

/**
 * A command that leaves files, as it is started, and as it is started again.
 *
 * @param name of the command
 * @param words of the command line; everything that it writes lies in {@code out}
 * @param more words that make it go on where it was stopped
 * @param refusal what it says where it refuses because all is done; empty if it may run again
 */
record Work(String name, List<String> words, List<String> more, String refusal) {
  /** Where a finished training lies, for what works on one. */
  static final String TRAINED = "../fixture/trained";

  private static final String MODEL = "../fixture/base";
  private static final String ROWS = "../fixture/rows.jsonl";
  private static final String GENERAL = "../fixture/general.jsonl";

  static final Work TRAIN =
      new Work(
          "train",
          words(
              "train",
              "--model " + MODEL + " --data " + ROWS + " --out out --region 25%-100%:ffn,mha",
              "save_steps=2 save_total_limit=2 val_size=4 eval_steps=3",
              "per_device_train_batch_size=4 num_train_epochs=2 threads=1 device=cpu"),
          List.of("--resume"),
          "the run is finished");

  static final Work SEARCH =
      new Work(
          "search",
          words(
              "search",
              "--model " + MODEL + " --data " + ROWS + " --out out",
              "val_size=4 search.max_steps=4 search.save_steps=2",
              "search.versatility_data=" + GENERAL + " threads=1 device=cpu"),
          List.of(),
          "");

  static final Work EVALUATE =
      new Work(
          "evaluate",
          Stream.of(
                  "evaluate",
                  "--model",
                  MODEL,
                  "--tasks",
                  "../fixture/tasks.yaml",
                  "--data-dir",
                  "../fixture",
                  "--cache",
                  "out/answers",
                  "--out",
                  "out/scorecard.json",
                  "--log-samples",
                  "out/samples")
              .toList(),
          List.of(),
          "");

  static final Work IMPORTANCE =
      new Work(
          "importance",
          words(
              "importance",
              "--model " + MODEL + " --data " + GENERAL + " --out out --corpus general",
              "importance.batch_size=1 threads=1 device=cpu"),
          List.of(),
          "");

  static final Work MERGE =
      new Work(
          "merge",
          List.of("merge", "--model", MODEL, "--delta", TRAINED + "/delta", "--out", "out/merged"),
          List.of(),
          "output already exists");

  static final Work REPORT =
      new Work("report", List.of("report", TRAINED, "--out", "out/report.html"), List.of(), "");

  /** The whole pipeline, which has its own stages in one folder. */
  static final Work RUN =
      new Work(
          "run",
          words(
              "run",
              "--model " + MODEL + " --data " + ROWS + " --out out",
              "region=25%-100%:ffn save_steps=2 val_size=4 threads=1 device=cpu"),
          List.of(),
          "");

  static final Work COMPARE =
      new Work(
          "compare", words("compare", "../fixture/compare.yaml", "output_dir=out"), List.of(), "");

  static final Work PRUNE =
      new Work(
          "prune",
          List.of(
              "prune",
              "--model",
              MODEL,
              "--delta",
              TRAINED + "/delta",
              "--keep",
              "0.5",
              "--out",
              "out/pruned"),
          List.of(),
          "output already exists");

  /** The commands that are ended at random moments. */
  static List<Work> all() {
    return List.of(TRAIN, SEARCH, EVALUATE, IMPORTANCE, MERGE, REPORT);
  }

  /** The work of a command. */
  static Work of(String command) {
    return Stream.concat(all().stream(), Stream.of(RUN, COMPARE, PRUNE))
        .filter(work -> work.name().equals(command))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> words(String command, String options, String... settings) {
    Stream<String> set =
        Stream.of(settings)
            .flatMap(some -> Stream.of(some.split(" ")))
            .flatMap(setting -> Stream.of("--set", setting));
    return Stream.of(Stream.of(command), Stream.of(options.split(" ")), set)
        .flatMap(all -> all)
        .toList();
  }

  /** The same command under another name, with more settings. */
  Work with(String newName, String... settings) {
    return new Work(
        newName,
        Stream.concat(words.stream(), words("", "", settings).stream().filter(w -> !w.isEmpty()))
            .toList(),
        more,
        refusal);
  }

  /** Whether a command that failed says that there is nothing left to do. */
  boolean isDone(String output) {
    return !refusal.isEmpty() && output.contains(refusal);
  }

  /** The command line that goes on where it was stopped. */
  List<String> again() {
    return Stream.concat(words.stream(), more.stream()).toList();
  }
}
