echo -14 > /proc/self/autogroup
for s in 1 2 3; do ./cofitune run runs/quickstart-seed-$s/cofitune.yaml --set learning_rate=5e-4 --set search.max_steps=80 --set search.controls=false --set output_dir=runs/t$s; done
