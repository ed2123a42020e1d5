package org.cofitune.quickstart;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;

/** The recipes of a quickstart, written for people to read and to change. */
final class RecipeText {
  private static final String SHARED =
      """
      # ./cofitune run %1$s
      #
      # %2$s
      model_name_or_path: %3$s
      dataset: %4$s
      val_size: 64              # rows held out
      dtype: float32

      learning_rate: %5$s     # a model this small wants a high one
      per_device_train_batch_size: 16
      num_train_epochs: 16
      eval_steps: -1
      save_steps: -1

      """;

  private static final String COFITUNE =
      """
      region: search
      method: cofitune

      search:
        versatility_data: %1$s  # what the model could do before
        versatility_rows: 128
        max_steps: 40
        learning_rate: 1.0e-3   # a trial is short: twice the rate shows what it harms

      importance:
        dataset: %1$s

      """;

  private static final String FULL =
      """
      method: full

      """;

  private static final String END =
      """
      evaluate:
        tasks: %1$s
        gauge: %2$s

      seed: %3$d
      output_dir: %4$s
      """;

  private RecipeText() {}

  static String of(Rival rival, QuickstartFolder folder, long seed) {
    String general = quoted(folder.generalRows());
    String head =
        SHARED.formatted(
            folder.recipe(rival),
            purpose(rival),
            quoted(folder.model()),
            quoted(folder.domainRows()),
            rival.learningRate());
    String middle = rival == Rival.COFITUNE ? COFITUNE.formatted(general) : FULL;
    String end =
        END.formatted(quoted(folder.testTasks()), general, seed, quoted(folder.run(rival)));
    return head + middle + end;
  }

  private static String purpose(Rival rival) {
    return switch (rival) {
      case COFITUNE -> "A region that a search finds, trained with the soft mask.";
      case FULL -> "The whole model trained on the same rows at the same rate, to compare with.";
      case GENTLE -> "The whole model trained on the same rows at a lower rate, to compare with.";
    };
  }

  /** JSON's strings are YAML's. */
  private static String quoted(Path path) {
    return TextNode.valueOf(path.toString()).toString();
  }
}
