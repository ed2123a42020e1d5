package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cofitune.data.DataArguments;
import org.cofitune.data.DataFiles;
import org.cofitune.data.ExampleReader;
import org.cofitune.data.ExampleSet;
import org.cofitune.data.ExampleTokenizer;
import org.cofitune.data.TokenizedExample;
import org.cofitune.data.TrainEvalSplit;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.Replay;
import org.cofitune.train.TrainingArguments;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of a recipe, tokenized.
 *
 * @param train examples to train on, at least one
 * @param eval held-out examples, may be none
 * @param recipe with what the authors' config and the model say about rows where nobody else did
 * @param rows every row of {@code dataset}, those held out by {@code val_size} included
 * @param evalRows every row of {@code eval_dataset}, where there is one
 * @param replay general rows that are trained on as well
 */
public record TrainingData(
    List<TokenizedExample> train,
    List<TokenizedExample> eval,
    Recipe recipe,
    ExampleSet rows,
    Optional<ExampleSet> evalRows,
    Replay replay) {
  private static final Logger log = LoggerFactory.getLogger(TrainingData.class);

  public TrainingData {
    train = List.copyOf(train);
    eval = List.copyOf(eval);
  }

  /**
   * Reads the rows that a recipe names.
   *
   * @throws CofituneException of kind DATA for rows that cannot be trained on, of kind RECIPE where
   *     keys contradict each other
   */
  public static TrainingData read(Recipe recipe, Tokenizer tokenizer, ModelConfig config) {
    DatasetSection dataset = recipe.section(DatasetSection.class);
    DataFiles files = DataFiles.of(dataset.dataset());
    Recipe completed = completed(recipe, files, config);
    DataArguments arguments = completed.section(DataArguments.class);
    if (arguments.valSize() > 0 && !dataset.evalDataset().isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "held-out rows are named twice")
          .at(recipe.origin("eval_dataset") + ": eval_dataset")
          .found("val_size " + arguments.valSize() + " beside it")
          .next("keep one of the two")
          .build();
    }
    ExampleReader reader = reader(completed, tokenizer, config);
    ExampleSet rows = reader.read(files.files());
    Replay replay = replay(completed, reader);
    if (!dataset.evalDataset().isEmpty()) {
      ExampleSet held = reader.read(DataFiles.of(dataset.evalDataset()).files());
      return new TrainingData(
          rows.examples(), held.examples(), completed, rows, Optional.of(held), replay);
    }
    long seed = recipe.section(TrainingArguments.class).seed();
    TrainEvalSplit split = TrainEvalSplit.of(rows.size(), arguments.valSize(), seed);
    return new TrainingData(
        split.trainOf(rows.examples()),
        split.evalOf(rows.examples()),
        completed,
        rows,
        Optional.empty(),
        replay);
  }

  private static Replay replay(Recipe completed, ExampleReader reader) {
    ReplaySection section = completed.section(ReplaySection.class);
    if (!section.isOn()) {
      return Replay.NONE;
    }
    ExampleSet general = reader.read(DataFiles.of(section.dataset()).files());
    return Replay.of(
        general.examples(), section.ratio(), completed.section(TrainingArguments.class));
  }

  /**
   * Reads other rows in the way of a recipe that is completed.
   *
   * @throws CofituneException of kind DATA for rows that have nothing to supervise
   */
  static ExampleSet examples(
      Recipe completed, List<Path> files, Tokenizer tokenizer, ModelConfig config) {
    return reader(completed, tokenizer, config).read(DataFiles.of(files).files());
  }

  private static ExampleReader reader(Recipe completed, Tokenizer tokenizer, ModelConfig config) {
    DataArguments arguments = completed.section(DataArguments.class);
    Path model = Objects.requireNonNull(completed.section(RunSection.class).modelNameOrPath());
    return new ExampleReader(
        new ExampleTokenizer(
            tokenizer,
            PromptFormat.of(model, tokenizer, arguments.template()),
            arguments.supervised(),
            config.vocabSize()),
        arguments);
  }

  /** How rows became examples. */
  public DataArguments arguments() {
    return recipe.section(DataArguments.class);
  }

  private static Recipe completed(Recipe recipe, DataFiles files, ModelConfig config) {
    Recipe completed = recipe;
    if (isDefault(recipe, "val_size") && files.evalFraction().isPresent()) {
      double fraction = files.evalFraction().getAsDouble();
      completed = completed.withDerived("val_size", fraction, "train_data_config.json");
    }
    int longest = config.maxPositionEmbeddings();
    int asked = recipe.section(DataArguments.class).cutoffLen();
    if (!isDefault(recipe, "cutoff_len")) {
      if (asked > longest) {
        log.warn(
            "cutoff_len {} is longer than the {} positions that the model was made for",
            asked,
            longest);
      }
      return completed;
    }
    int length = files.cutoffLen().orElse(asked);
    if (length > longest) {
      return completed.withDerived("cutoff_len", longest, "the model's max_position_embeddings");
    }
    return files.cutoffLen().isPresent()
        ? completed.withDerived("cutoff_len", length, "train_data_config.json")
        : completed;
  }

  private static boolean isDefault(Recipe recipe, String key) {
    return recipe.origin(key) instanceof Origin.Default;
  }
}
