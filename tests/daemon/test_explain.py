"""`"explain": true` on aggregates and on facets: what is told, and that asking
changes nothing."""


def plans(answer):
    return {part["part"]: part["plan"] for part in answer["explain"]}


def without_time(answer):
    return {k: v for k, v in answer.items() if k not in ("explain", "took_ms")}


def test_aggregate(sampled):
    client = sampled.client()
    body = {
        "group_by": ["unit_level", "status"],
        "metrics": ["count", "sum:money_recovered", "rate:status=done", "distinct:unit"],
    }
    told = client.aggregate(explain=True, **body)
    assert without_time(told) == without_time(client.aggregate(**body))
    assert set(plans(told)) == {
        "groups",
        "groups rate:status=done",
        "groups distinct:unit",
        "totals",
        "totals rate:status=done",
        "totals distinct:unit",
    }
    # Everything, by fields of a cube: it could answer, at this or a lower price.
    for part in told["explain"][:2]:
        assert {"cube", "columns", "hashed"} <= set(part["costs_ms"]), part
    for part in told["explain"]:
        assert part["rows"] > 0 and part["took_ms"] >= 0
        assert part["costs_ms"][part["plan"]] == min(part["costs_ms"].values())
    # Least and greatest are in no cube, nor is a word.
    least = client.aggregate(group_by=["status"], metrics=["min:measures"], explain=True)
    assert "cube" not in least["explain"][0]["costs_ms"]
    word = client.aggregate(q="审计", group_by=["status"], explain=True)
    assert "cube" not in word["explain"][0]["costs_ms"]
    assert word["explain"][0]["rows"] <= word["total"] * 20
    # A condition on the fields of a cube is a slice of it.
    sliced = client.aggregate(filter="year 2018 TO 2022", group_by=["status"], explain=True)
    assert "cube" in sliced["explain"][0]["costs_ms"]


def test_crosstab(sampled):
    told = sampled.client().request(
        "POST",
        "/v1/aggregate",
        {"crosstab": {"rows": "unit", "cols": "category", "metric": "count"}, "explain": True},
    )
    assert told.status == 200, told
    # A finding stands in one row, so the columns are added up from the cells.
    assert set(plans(told.json)) == {"cells", "rows", "totals"}


def test_facets(sampled):
    client = sampled.client()
    body = {"facets": ["unit", "status"], "limit": 0}
    told = client.search(explain=True, **body)
    assert without_time(told) == without_time(client.search(**body))
    assert plans(told)["facet status"] in ("cached", "cube")
    assert client.search(q="审计", limit=0, explain=True)["explain"] == []
