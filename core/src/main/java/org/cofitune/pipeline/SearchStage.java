package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.cofitune.search.ForecastSettings;
import org.cofitune.search.SearchSettings;
import org.cofitune.store.StrictJson;
import org.cofitune.train.RunIdentity;

/** Finds the region. */
final class SearchStage implements StageWork {
  private final Recipe recipe;
  private final RunDirectory directory;
  private final SearchRun search;

  SearchStage(Recipe recipe, RunDirectory directory) {
    this.recipe = recipe;
    this.directory = directory;
    this.search = SearchRun.prepare(recipe, TrialScoring.of(recipe), Claim.lent(directory));
  }

  /** The region that a finished search chose. */
  static String chosen(RunDirectory directory) {
    return StrictJson.readObject(directory.searchResult()).path("chosen").asText();
  }

  @Override
  public Stage stage() {
    return Stage.SEARCH;
  }

  @Override
  public RunIdentity inputs() {
    Map<String, String> settings = new TreeMap<>();
    for (Record section :
        List.of(recipe.section(SearchSettings.class), recipe.section(ForecastSettings.class))) {
      SectionBinder.tree(section)
          .properties()
          .forEach(e -> settings.put("search." + e.getKey(), e.getValue().toString()));
    }
    settings.put("dtype", recipe.section(RunSection.class).computing().name());
    return search.identity().with(settings);
  }

  @Override
  public List<Path> outputs() {
    return List.of(directory.search());
  }

  @Override
  public boolean run(PipelineListener listener, BooleanSupplier interrupted) {
    return search.execute(List.of(listener.search()), interrupted).isPresent();
  }

  @Override
  public void close() {
    search.close();
  }
}
