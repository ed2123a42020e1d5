package org.cofitune.search;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.store.RecordLines;

/** The finished trials of a search, in a file that is only ever appended to, a line a trial. */
public final class TrialStore {
  private static final RecordLines.Kind<Trial> TRIAL =
      new RecordLines.Kind<>(
          Trial.class, JsonMapper.builder().build(), "trial", "the trial will run again");

  private final RecordLines<Trial> lines;

  private TrialStore(RecordLines<Trial> lines) {
    this.lines = lines;
  }

  /**
   * Opens a store, empty if the file is not there yet.
   *
   * @throws CofituneException of kind FORMAT naming the line that is no trial
   */
  public static TrialStore open(Path file) {
    return new TrialStore(RecordLines.open(file, TRIAL));
  }

  /** The trials so far, in the order that they finished. */
  public List<Trial> trials() {
    return lines.records();
  }

  /** The trial of a region at a number of steps, if it has been run in this setting. */
  public Optional<Trial> find(String setting, String region, int steps) {
    return trials().stream().filter(t -> t.isOf(setting, region, steps)).findFirst();
  }

  /** The base model's score, if it has been taken in this setting. */
  public Optional<Trial> findBase(String setting) {
    return find(setting, Trial.NO_REGION, 0);
  }

  /** Adds a trial; on return it is on the disk. */
  public void add(Trial trial) {
    lines.add(trial);
  }
}
