package org.cofitune.quickstart;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.text.Tokenizer;

/** Everything that the bundled model was trained from, so that anyone can train it again. */
public final class Remaking {
  private static final String RECIPE =
      """
      # ./cofitune train %1$s
      #
      # Trains the small model of the quickstart from random weights, on what it is to know.
      model_name_or_path: %2$s
      dataset: %3$s
      val_size: 64
      cutoff_len: %4$d
      dtype: float32

      learning_rate: 3.0e-3
      warmup_ratio: 0.05
      adam_beta2: 0.99
      per_device_train_batch_size: 16
      per_device_eval_batch_size: 16
      num_train_epochs: 1
      eval_steps: 300
      save_steps: 200
      logging_steps: 20

      output_dir: %5$s
      """;

  private Remaking() {}

  /**
   * Writes corpus, first weights, and recipe as a new folder.
   *
   * @return the recipe
   * @throws org.cofitune.error.CofituneException of kind RECIPE if the folder is in use, of kind
   *     TRAINING if the disk refuses
   */
  public static Path write(Path target) {
    int length = UntrainedModel.BUNDLED.contextLength();
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Path folder = directory.path();
      UntrainedModel.BUNDLED.write(model(folder));
      try (Tokenizer tokenizer = Tokenizer.load(model(folder))) {
        new Corpus(tokenizer, length).write(corpus(folder));
      }
      AtomicFile.write(
          recipe(folder),
          RECIPE.formatted(
              recipe(target),
              quoted(model(target)),
              quoted(corpus(target)),
              length,
              quoted(target.resolve("run"))));
      directory.commit();
    }
    return recipe(target);
  }

  private static Path model(Path folder) {
    return folder.resolve("untrained");
  }

  private static Path corpus(Path folder) {
    return folder.resolve("corpus.jsonl");
  }

  private static Path recipe(Path folder) {
    return folder.resolve("recipe.yaml");
  }

  /** JSON's strings are YAML's. */
  private static String quoted(Path path) {
    return TextNode.valueOf(path.toString()).toString();
  }
}
