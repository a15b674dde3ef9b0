using System.Management.Automation;
using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>Offers the published releases of the configuration that was typed.</summary>
public sealed class ReleaseCompleter : LiveCompleter
{
    // PSReadLine asks before it shows more.
    private const int Most = 100;

    private protected override IEnumerable<CompletionResult> Ask(CompletionQuestion question, CompletionSession session)
    {
        if (question.TextOf("Name") is not { } name) yield break;
        var folder = name.TrimEnd('/') + "/manifests/";
        var typed = question.Word.Text;
        if (session.Ask($"releases {folder}{typed}", (asked, cancellation) => Glance.LevelAsync(asked, folder + typed, _ => true, Most, cancellation)) is not { } found) yield break;
        // The newest come last by their names, mostly: those are wanted first.
        foreach (var key in found.Names.Reverse())
        {
            var release = key.Substring(folder.Length);
            var shown = Printable.Text(release, 200);
            yield return Offer(question.Word.Complete(release), $"Release {shown} of {Printable.Text(name, 100)} at {session.Address}", shown);
        }
    }
}
