package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * General rows that are trained on beside the dataset, with any method.
 *
 * @param dataset files or folders of general rows, in any format of {@code dataset}
 * @param ratio general rows for each row of the dataset; 0 replays none
 */
public record ReplaySection(List<Path> dataset, double ratio) {

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public ReplaySection {
    dataset = List.copyOf(dataset);
    if (!(ratio >= 0 && Double.isFinite(ratio))) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible ratio of general rows")
          .at("ratio")
          .expected("0 or more")
          .found(ratio)
          .next("leave it out for the usual value")
          .build();
    }
  }

  /** One general row to ten, once a dataset is named. */
  static ReplaySection defaults() {
    return new ReplaySection(List.of(), 0.1);
  }

  /** Whether any row is replayed. */
  boolean isOn() {
    return ratio > 0 && !dataset.isEmpty();
  }

  /** A method's description with what is replayed beside it. */
  ObjectNode describedIn(ObjectNode method) {
    if (isOn()) {
      ObjectNode replay = method.putObject("replay").put("ratio", ratio);
      dataset.forEach(path -> replay.withArray("/dataset").add(path.toString()));
    }
    return method;
  }
}
