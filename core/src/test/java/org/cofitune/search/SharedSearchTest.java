package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.engine.ranks.RanksInThreads;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes run the trials of a search in turns. */
class SharedSearchTest {
  @TempDir Path alone;
  @TempDir Path together;

  private Path model;

  @BeforeEach
  void writeModel() {
    model = TinySearch.model(alone);
  }

  private TinySearch tiny(Path folder) {
    return new TinySearch(model, folder, Precision.FLOAT32);
  }

  @Test
  void theTrialsAreThoseOfOneProcess() {
    SearchResult expected = tiny(alone).search(ProcessGroup.alone());
    Map<Integer, List<SearchEvent.TrialStep>> steps = new ConcurrentHashMap<>();

    List<SearchResult> shared =
        RanksInThreads.run(
            together,
            3,
            group -> {
              TinySearch own = tiny(together);
              SearchResult result = own.search(group);
              steps.put(group.rank(), own.events(SearchEvent.TrialStep.class));
              return result;
            });

    assertThat(shared).containsOnly(expected);
    assertThat(together.resolve("trials.jsonl"))
        .hasSameTextualContentAs(alone.resolve("trials.jsonl"));
    assertThat(steps.values()).allSatisfy(own -> assertThat(own).isNotEmpty());
  }

  @Test
  void aSearchGoesOnFromWhatAnyProcessFinished() {
    SearchResult expected =
        RanksInThreads.run(together, 2, group -> tiny(together).search(group)).get(0);

    TinySearch again = tiny(together);

    assertThat(again.search(ProcessGroup.alone())).isEqualTo(expected);
    assertThat(again.events(SearchEvent.TrialStarted.class)).isEmpty();
  }
}
