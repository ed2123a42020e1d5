package org.cofitune.search;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.store.RecordLines;

/** The finished trials of a search, in a file that is only ever appended to, a line a trial. */
public final class TrialStore {
  private static final RecordLines.Kind<Trial> TRIAL =
      new RecordLines.Kind<>(
          Trial.class, JsonMapper.builder().build(), "trial", "the trial will run again");

  private final RecordLines<Trial> lines;
  private final List<Trial> others = new ArrayList<>();
  private final boolean writes;

  private TrialStore(RecordLines<Trial> lines, boolean writes) {
    this.lines = lines;
    this.writes = writes;
  }

  /**
   * Opens a store, empty if the file is not there yet.
   *
   * @throws CofituneException of kind FORMAT naming the line that is no trial
   */
  public static TrialStore open(Path file) {
    return new TrialStore(RecordLines.open(file, TRIAL), true);
  }

  /** The same for a process that leaves it to another one to write trials. */
  public static TrialStore follow(Path file) {
    return new TrialStore(RecordLines.open(file, TRIAL), false);
  }

  /** The trials so far, in the order that they finished. */
  public List<Trial> trials() {
    return writes
        ? lines.records()
        : Stream.concat(lines.records().stream(), others.stream()).toList();
  }

  /** The trial of a region at a number of steps, if it has been run in this setting. */
  public Optional<Trial> find(String setting, String region, int steps) {
    return trials().stream().filter(t -> t.isOf(setting, region, steps)).findFirst();
  }

  /** The base model's score, if it has been taken in this setting. */
  public Optional<Trial> findBase(String setting) {
    return find(setting, Trial.NO_REGION, 0);
  }

  /** Adds a trial; on return it is on the disk, if this store writes. */
  public void add(Trial trial) {
    if (writes) {
      lines.add(trial);
    } else {
      others.add(trial);
    }
  }
}
