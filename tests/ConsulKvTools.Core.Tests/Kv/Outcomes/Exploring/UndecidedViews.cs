namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>
/// What runs that ended in <c>Unknown</c> had seen, and what was true each time. Where all that a run saw, and one more read, fits one truth
/// only, a better rule could have told, as far as was explored.
/// </summary>
internal sealed class UndecidedViews
{
    private readonly Dictionary<string, (Truth Truths, bool Undisturbed, string Story)> views = new(StringComparer.Ordinal);

    /// <summary>Different views so far.</summary>
    public int Count => views.Count;

    /// <summary>
    /// Those that fit one truth only, with the story of one run. Only views that come about without strangers: a run that sees the same with
    /// another truth needs one more stranger, and so would be out of bounds where the bound was reached already.
    /// </summary>
    public IReadOnlyList<(Truth Truths, string Story)> Decidable =>
        views.Values.Where(view => view is { Undisturbed: true, Truths: Truth.Happened or Truth.Never }).Select(view => (view.Truths, view.Story)).ToArray();

    public void Add(string view, Truth truth, bool undisturbed, string story) =>
        views[view] = views.TryGetValue(view, out var before) ? (before.Truths | truth, before.Undisturbed | undisturbed, undisturbed ? story : before.Story) : (truth, undisturbed, story);
}
