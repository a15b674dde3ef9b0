using System.Collections;
using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

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
    [ArgumentCompleter(typeof(KeyCompleter))]
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
    [ArgumentCompleter(typeof(IndexCompleter))]
    public ulong CheckAndSet { get; set; }

    /// <summary>Reads first and makes every attempt a check-and-set, so that not even a late attempt removes a newer value.</summary>
    [Parameter(ParameterSetName = KeySet)]
    public SwitchParameter Fenced { get; set; }

    /// <summary>What is to be removed, from the pipeline: a key, or what has Key (or Path) and perhaps CheckAndSet. Of the differences of Compare-ConsulKv only Added ones are taken.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    private protected override AclOperation OperationOn(string key) => Recurse ? AclOperation.DeleteRecurse : AclOperation.Delete;

    private protected override string ProgressActivity => "Removing from Consul KV";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (KvKey.Check(Key, isPrefix: false) is { } refused)
        {
            // An empty prefix would be the whole store: far more often a variable that is empty than what somebody wants.
            WriteError(FindingErrors.Create(refused, Key));
            return;
        }
        if (InputObject?.BaseObject is IDictionary)
        {
            WriteError(FindingErrors.Invalid(this, "-InputObject", "a hashtable is no key; pipe the key, or [pscustomobject]@{ Key = … }", InputObject));
            return;
        }
        // One that went through a file or another process is known by what nothing else has.
        var isDifference = InputObject?.BaseObject is ConsulKvDifference || (InputObject?.BaseObject is PSCustomObject && InputObject.Properties[nameof(ConsulKvDifference.ReferenceKey)] is not null);
        if (isDifference && ProblemOfDifference() is { } problem)
        {
            WriteError(FindingErrors.Invalid(this, "-Key", $"the difference in {Printable.Text(Key, 120)} {problem}", Key));
            return;
        }
        if (ProblemOfOrigin(InputObject, $"{Printable.Text(Key, 120)} would be removed") is { } elsewhere)
        {
            WriteError(FindingErrors.Invalid(this, "-Session", elsewhere, Key));
            return;
        }
        var write = new ConsulKvWrite
        {
            Key = Key,
            Kind = Recurse ? ConsulKvWriteKind.DeleteTree : ParameterSetName == CheckAndSetSet ? ConsulKvWriteKind.DeleteCheckAndSet : ConsulKvWriteKind.Delete,
            Index = CheckAndSet,
            Fenced = Fenced,
            OperationPrefix = OperationPrefix,
        };
        // One key is no reason to ask; the high impact of this command is that of -Recurse.
        if (Recurse ? IsTreeWanted() : IsFolderKeyMeant() && IsWanted(write, hidesSecrets: isDifference)) Submit(write);
    }

    /// <summary>A difference asks for a removal only where the key is not to be there, and of that key only.</summary>
    private string? ProblemOfDifference() =>
        !LanguagePrimitives.TryConvertTo(InputObject!.Properties[nameof(ConsulKvDifference.Kind)]?.Value, out ConsulKvDifferenceKind kind) ? "does not say what became of the key, so it stays: pipe Added ones here, Changed and Removed ones to Set-ConsulKv"
        : kind != ConsulKvDifferenceKind.Added ? $"is {kind}, so its key stays: pipe Added ones here, Changed and Removed ones to Set-ConsulKv"
        : Recurse ? "names one key: leave -Recurse out"
        : ParameterSetName != CheckAndSetSet ? "is removed only where the key is as it was compared: leave -Fenced out"
        : null;

    private bool IsTreeWanted()
    {
        // Who is not asked need not wait for the count.
        if (!IsWhatIf && (Force ? !IsAsked(ConfirmImpact.Medium) : !IsAsked(ConfirmImpact.High))) return true;
        var below = Below(Key);
        var description = below is null
            ? $"Remove an unknown number of keys that begin with '{Printable.Text(Key, 200)}'"
            : $"Remove {below.Amount} that begin{(below.Count == 1 ? "s" : "")} with '{Printable.Text(Key, 200)}'{(below.Count == 0 ? "" : $": {below.Sample}")}";
        if (below?.Neighbour is { } neighbour)
            description += $"; among them {Printable.Text(neighbour, 120)}, which is not below {Printable.Text(Key, 120)}/";
        return Confirms(description, "?", "Remove Consul keys", Key);
    }

    /// <summary>A folder's key is a key of its own. Who gives it without -Recurse may have meant what is below it.</summary>
    private bool IsFolderKeyMeant()
    {
        if (!Key.EndsWith("/", StringComparison.Ordinal) || Below(Key) is not { } names) return true;
        var others = names.Count - (names.HasOwn ? 1 : 0);
        if (others == 0) return true;
        var count = $"{Amount.Of(others, "key")} below {Printable.Text(Key, 200)}";
        if (names.HasOwn)
        {
            WriteWarning($"Only the key {Printable.Text(Key, 200)} itself is removed; the {count} stay{(others == 1 ? "s" : "")}. -Recurse removes those too.");
            return true;
        }
        WriteError(FindingErrors.Invalid(this, "-Recurse", $"there is no key {Printable.Text(Key, 200)}, only {count}; add -Recurse to remove what is below it", Key));
        return false;
    }

    /// <summary>The names that begin with the key; null when they cannot all be listed.</summary>
    private KvNamesBelow? Below(string key)
    {
        try
        {
            return Ask(cancellation => KvNamesBelow.ReadAsync(new KvReader(Observed), key, cancellation));
        }
        catch (ConsulException)
        {
            // The removal itself will say what is wrong.
            return null;
        }
    }
}
