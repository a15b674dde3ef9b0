using System.Globalization;
using System.Management.Automation;
using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>Offers the index of the key that was typed, as it is now, and says which value it stands for.</summary>
public sealed class IndexCompleter : LiveCompleter
{
    private protected override IEnumerable<CompletionResult> Ask(CompletionQuestion question, CompletionSession session)
    {
        if (KeyOf(question) is not { } key) yield break;
        var found = session.Ask("entry " + key, async (asked, cancellation) => new Found(await Glance.EntryAsync(asked, key, cancellation).ConfigureAwait(false)));
        var shown = Printable.Text(key, 100);
        foreach (var (index, meaning) in OffersOf(question, found?.Entry, shown))
            if (question.Word.Begins(index)) yield return Offer(index, meaning);
    }

    private static IEnumerable<(string Index, string Meaning)> OffersOf(CompletionQuestion question, ConsulKvEntry? entry, string key)
    {
        var waits = question.Parameter == "WaitIndex";
        if (entry is not null && waits)
            yield return (Text(entry.ModifyIndex + 1), $"The next change of {key}: its index is {entry.ModifyIndex} now");
        if (entry is not null && !waits)
            yield return (Text(entry.ModifyIndex), $"{key} as it is now: {Shown(entry)}");
        if (question.Command == "Set-ConsulKv")
            yield return ("0", $"Write only if {key} does not exist");
    }

    private static string Shown(ConsulKvEntry entry) =>
        entry.IsText ? $"'{Printable.Text(entry.Value, 60)}'" : string.Format(CultureInfo.InvariantCulture, "({0:N0} bytes)", entry.Bytes.Length);

    private static string? KeyOf(CompletionQuestion question) => question.ValueOf("Key") switch
    {
        string { Length: > 0 } key => key,
        object[] { Length: 1 } keys => keys[0] as string,
        _ => null,
    };

    private static string Text(ulong index) => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>That there is no such key is an answer too.</summary>
    private sealed class Found(ConsulKvEntry? entry)
    {
        public ConsulKvEntry? Entry { get; } = entry;
    }
}
