using System.Globalization;
using System.Management.Automation;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Commands;

/// <summary>Removes keys, or with -Recurse everything below a prefix.</summary>
[Cmdlet(VerbsCommon.Remove, "ConsulKv", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = HelpPages.Folder + "Remove-ConsulKv.md")]
[OutputType(typeof(ConsulKvWriteResult))]
public sealed class RemoveConsulKvCommand : KvWriteCmdlet
{
    private const string KeySet = "Key";
    private const string RecurseSet = "Recurse";
    private const string CheckAndSetSet = "CheckAndSet";

    /// <summary>The key; with -Recurse the prefix, and every key that begins with it goes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AllowEmptyString]
    public string Key { get; set; } = "";

    /// <summary>Removes every key that begins with the given text. Asks first, with the number of keys.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RecurseSet)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Does not ask before a tree is removed. Single keys are removed without a question anyway.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Removes the key only if its ModifyIndex is still this.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CheckAndSetSet, ValueFromPipelineByPropertyName = true)]
    [Index("an index to check against: give the key's ModifyIndex as Get-ConsulKv shows it")]
    public ulong CheckAndSet { get; set; }

    /// <summary>Reads first and makes every attempt a check-and-set, so that not even a late attempt removes a newer value.</summary>
    [Parameter(ParameterSetName = KeySet)]
    public SwitchParameter Fenced { get; set; }

    private protected override AclOperation OperationOn(string key) => Recurse ? AclOperation.DeleteRecurse : AclOperation.Delete;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (KvKey.Check(Key, isPrefix: false) is { } refused)
        {
            // An empty prefix would be the whole store: far more often a variable that is empty than what somebody wants.
            WriteError(FindingErrors.Create(refused, Key));
            return;
        }
        if (Recurse ? IsTreeWanted() : IsKeyWanted())
            Submit(new ConsulKvWrite
            {
                Key = Key,
                Kind = Recurse ? ConsulKvWriteKind.DeleteTree : ParameterSetName == CheckAndSetSet ? ConsulKvWriteKind.DeleteCheckAndSet : ConsulKvWriteKind.Delete,
                Index = CheckAndSet,
                Fenced = Fenced,
                OperationPrefix = OperationPrefix,
            });
    }

    private bool IsKeyWanted()
    {
        if (Key.EndsWith("/", StringComparison.Ordinal) && !IsFolderKeyMeant()) return false;
        // One key is no reason to ask; the high impact of this command is that of -Recurse.
        if (!IsShown) return true;
        var (entry, problem) = ReadForDisplay(Key);
        var now = problem is not null ? $"not readable: {problem}" : entry is null ? "there is no such key" : "now " + KvChangeText.Shown(entry.Bytes);
        var description = $"Remove {Printable.Text(Key, 200)} ({now})";
        return ShouldProcess(description, description + "?", "Remove Consul key");
    }

    private bool IsTreeWanted()
    {
        var below = NamesBelow();
        var count = below is null ? "an unknown number of keys" : string.Format(CultureInfo.InvariantCulture, "{0:N0} key{1}", below.Count, below.Count == 1 ? "" : "s");
        var description = $"Remove {count} that begin{(below?.Count == 1 ? "s" : "")} with '{Printable.Text(Key, 200)}'";
        if (below?.FirstOrDefault(name => !IsBelow(name)) is { } neighbour)
            description += $", among them {Printable.Text(neighbour, 120)}, which is not below {Printable.Text(Key, 120)}/";
        return Force && !IsShown ? true : ShouldProcess(description, description + "?", "Remove Consul keys");
    }

    /// <summary>A folder's key is a key of its own. Who gives it without -Recurse may have meant what is below it.</summary>
    private bool IsFolderKeyMeant()
    {
        if (NamesBelow() is not { } names) return true;
        var below = names.Count(name => name != Key);
        if (below == 0) return true;
        var count = string.Format(CultureInfo.InvariantCulture, "{0:N0} key{1} below {2}", below, below == 1 ? "" : "s", Printable.Text(Key, 200));
        if (names.Contains(Key))
        {
            WriteWarning($"Only the key {Printable.Text(Key, 200)} itself is removed; the {count} stay{(below == 1 ? "s" : "")}. -Recurse removes those too.");
            return true;
        }
        WriteError(FindingErrors.Invalid(this, "-Recurse", $"there is no key {Printable.Text(Key, 200)}, only {count}; add -Recurse to remove what is below it", Key));
        return false;
    }

    private bool IsBelow(string name) => Key.EndsWith("/", StringComparison.Ordinal) || name.Length == Key.Length || name[Key.Length] == '/';

    /// <summary>The names that begin with the key; null when they cannot be listed.</summary>
    private List<string>? NamesBelow()
    {
        var names = new List<string>();
        var complete = true;
        try
        {
            Await(async cancellation =>
            {
                var listing = new KvReader(Active).NamesAsync(Key, null, ConsulConsistency.Default, (state, _) => complete &= state is KvReadState.Found or KvReadState.Missing, cancellation);
                await foreach (var name in listing.ConfigureAwait(false)) names.Add(name);
            });
        }
        catch (ConsulException)
        {
            // The removal itself will say what is wrong.
            return null;
        }
        return complete ? names : null;
    }
}
