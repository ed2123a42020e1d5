package org.cofitune.cli;

import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Delta;
import org.cofitune.model.WeightChange;
import org.cofitune.model.adapter.AdapterFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What training changed: a delta of ours, or an adapter in peft's format. */
final class ChangeOptions {
  @Option(
      names = "--delta",
      paramLabel = "DIR",
      description = "Folder \"delta\" of a run, put on top of the checkpoint in memory.")
  private @Nullable Path delta;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "LoRA adapter in peft's format, in the place of a delta.")
  private @Nullable Path adapter;

  /** The folder, if one is named. */
  @Nullable Path folder() {
    return adapter == null ? delta : adapter;
  }

  /** The change, if one is named; the caller closes it. */
  @Nullable WeightChange open() {
    if (delta != null && adapter != null) {
      throw refused("two changes of one model", "both", "leave one of them out");
    }
    if (adapter != null) {
      return AdapterFolder.open(adapter);
    }
    return delta == null ? null : Delta.open(delta);
  }

  /**
   * The change; the caller closes it.
   *
   * @param without what there is without one
   * @throws CofituneException of kind RECIPE unless exactly one is named
   */
  WeightChange require(String without) {
    WeightChange change = open();
    if (change == null) {
      throw refused(without, "neither", "name one of them");
    }
    return change;
  }

  private static CofituneException refused(String what, String found, String next) {
    return CofituneException.of(ErrorKind.RECIPE, what)
        .at("--delta, --adapter")
        .expected("one of them")
        .found(found)
        .next(next)
        .build();
  }
}
