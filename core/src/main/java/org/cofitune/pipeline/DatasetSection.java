package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;

/**
 * Where the rows are.
 *
 * @param dataset files or folders of rows to train on, JSON Lines or JSON arrays; or one {@code
 *     train_data_config.json} of the CoFiTune authors
 * @param evalDataset files or folders of held-out rows; {@code val_size} holds out rows of the
 *     dataset instead
 */
public record DatasetSection(List<Path> dataset, List<Path> evalDataset) {
  public DatasetSection {
    dataset = List.copyOf(dataset);
    evalDataset = List.copyOf(evalDataset);
  }

  static DatasetSection defaults() {
    return new DatasetSection(List.of(), List.of());
  }
}
