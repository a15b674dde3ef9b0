using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Trees;

namespace ConsulKvTools.Commands;

/// <summary>Writes one key or a pipeline of keys, and says of each what became of it.</summary>
[Cmdlet(VerbsCommon.Set, "ConsulKv", DefaultParameterSetName = PutSet, SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Set-ConsulKv.md")]
[OutputType(typeof(ConsulKvWriteResult))]
public sealed class SetConsulKvCommand : KvWriteCmdlet
{
    private const string PutSet = "Put";
    private const string CheckAndSetSet = "CheckAndSet";
    private const string CreateOnlySet = "CreateOnly";
    private const string AcquireSet = "Acquire";
    private const string ReleaseSet = "Release";
    private const string FlagsMeaning = "a number from 0 to 18446744073709551615, which is what Consul keeps as flags";
    private const string IndexMeaning = "an index to check against: give the key's ModifyIndex as Get-ConsulKv shows it, or 0 to write only if the key does not exist";

    private const int MostProblems = 5;

    private readonly List<ConsulKvWrite> together = [];
    private bool isValueGiven;
    private bool areFlagsGiven;
    private bool isIndexGiven;
    private bool isKeyGiven;
    private bool isTree;
    private string? spoiler;

    /// <summary>
    /// The key, sent byte for byte as given or refused with the reason; or a script block that computes it from <c>$_</c>, the input from the
    /// pipeline. Without it the key is the input's.
    /// </summary>
    [Parameter(Position = 0)]
    [Alias("Path")]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public object? Key { get; set; }

    /// <summary>
    /// The value: text (stored as UTF-8), a byte array (stored as it is), a file of Get-Item or Get-ChildItem (its bytes are stored as they are),
    /// or a number, date or other scalar (stored as its culture-free text); or a script block that computes it from <c>$_</c>. Without it the value
    /// is the input's.
    /// </summary>
    [Parameter(Position = 1)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>
    /// What is to be written, from the pipeline: an entry of Get-ConsulKv (its bytes and flags are copied), a row or hashtable with Key (or
    /// Path), Value or Bytes, Flags and CheckAndSet, a file (its bytes are the value; give -Key), or a key alone. What is given on the command
    /// line counts for every input. With -Prefix: a nested hashtable or object, of which each value becomes a key.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// A number to store along with the value, 0 to 18446744073709551615; or a script block that computes it from <c>$_</c>. Consul sets it to
    /// 0 when none is given.
    /// </summary>
    [Parameter]
    [Index(FlagsMeaning, TakesScript = true)]
    public object? Flags { get; set; }

    /// <summary>
    /// Writes only if the key's ModifyIndex is still this; 0 writes only if the key does not exist. Or a script block that computes it from
    /// <c>$_</c>.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = CheckAndSetSet)]
    [Index(IndexMeaning, TakesScript = true)]
    [ArgumentCompleter(typeof(IndexCompleter))]
    public object? CheckAndSet { get; set; }

    /// <summary>
    /// Takes each input for a nested table, such as a hashtable or what ConvertFrom-Json gives, and writes a key for each of its values below this
    /// prefix, '' for the top of the store: with -Prefix app the value of <c>@{ db = @{ host = 'a' } }</c> is written to app/db/host. A list is one
    /// key with JSON text; truth values are true and false, numbers and dates (ISO 8601) do not depend on the culture. The names '.' and '/' stand for the
    /// table's own key without and with a slash at its end. A name that is empty or holds a slash, a null, two values for one key or a table that
    /// holds itself are refused before anything of that input is written. <c>Get-ConsulKv -AsHashtable</c> reads such a table.
    /// </summary>
    [Parameter(ParameterSetName = PutSet)]
    [Parameter(ParameterSetName = CreateOnlySet)]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string? Prefix { get; set; }

    /// <summary>Writes only if the key does not exist.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CreateOnlySet)]
    public SwitchParameter CreateOnly { get; set; }

    /// <summary>Id of the Consul lock session that takes or gives back the key's lock.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AcquireSet)]
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet)]
    [AllowEmptyString]
    [LockSession]
    [ArgumentCompleter(typeof(LockSessionCompleter))]
    public string? LockSession { get; set; }

    /// <summary>Takes the key's lock for the lock session, and writes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AcquireSet)]
    public SwitchParameter Acquire { get; set; }

    /// <summary>
    /// Gives the key's lock back, and writes. A release whose answer was lost may arrive late and give back a lock that the same lock session
    /// took again: use a new lock session for each turn.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet)]
    public SwitchParameter Release { get; set; }

    /// <summary>Reads first and makes every attempt a check-and-set, so that not even a late attempt overwrites a newer value.</summary>
    [Parameter(ParameterSetName = PutSet)]
    public SwitchParameter Fenced { get; set; }

    /// <summary>Writes all inputs in one transaction, or none. Consul takes 64 operations at once, 128 from 1.14 on.</summary>
    [Parameter]
    public SwitchParameter Atomic { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.Write;

    private protected override string ProgressActivity => "Writing Consul KV";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        isValueGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Value));
        areFlagsGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Flags));
        isIndexGiven = MyInvocation.BoundParameters.ContainsKey(nameof(CheckAndSet));
        isKeyGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Key));
        isTree = Prefix is not null;
        if (isTree && (isKeyGiven || isValueGiven))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Prefix", $"-Prefix takes keys and values from the table, so it does not go with {(isKeyGiven ? "-Key" : "-Value")}; give the table as -InputObject, or pipe it", null));
        if (!isKeyGiven && !MyInvocation.ExpectingInput && InputObject is null)
            ThrowTerminatingError(isTree
                ? FindingErrors.Invalid(this, "-InputObject", "there is no table; give one as -InputObject, or pipe it", null)
                : FindingErrors.Invalid(this, "-Key", "there is no key; give -Key, or pipe keys, entries of Get-ConsulKv, or rows with Key and Value", null));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (isTree)
        {
            TakeTree();
            return;
        }
        if (InputObject?.BaseObject is ConsulKvDifference { Wanted: null } nothing && !isValueGiven)
        {
            spoiler ??= "a difference holds nothing to write";
            WriteError(FindingErrors.Invalid(this, "-InputObject", $"the difference {Printable.Text(nothing.Name, 120)} ({nothing.Kind}) holds nothing to write: pipe Changed and Removed ones of this process here, Added ones to Remove-ConsulKv", InputObject));
            return;
        }
        if (InputObject?.BaseObject is ConsulKvDifference { CheckAndSet: null } file && !isValueGiven && !isKeyGiven)
        {
            spoiler ??= "a difference is none of a store";
            WriteError(FindingErrors.Invalid(this, "-InputObject", $"the difference {Printable.Text(file.Name, 120)} is one of {Printable.Text(file.Difference, 120)}, which is no store, so no key is to be written; to write a file's values give it as -ReferencePath", InputObject));
            return;
        }
        var input = InputObject is null ? default : KvInput.Of(InputObject);
        if (KeyOf(input) is { } key)
        {
            Take(input, key);
            return;
        }
        spoiler ??= "an input has no key";
        WriteError(FindingErrors.Invalid(this, "-InputObject", $"the input ({InputObject?.BaseObject.GetType().Name ?? "null"}) has neither Key nor Path, or it is null; pipe entries, keys, or rows with Key and Value, or compute the key with -Key {{ … }}{(input.Value is FileSystemInfo ? ", such as -Key { \"app/$($_.BaseName)\" }" : "")}", InputObject));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // All or none: what was refused at the door is one of all.
        if (spoiler is not null)
            foreach (var result in KvWriter.Spoiled(together, spoiler, Active)) Emit(result);
        else if (together.Count > 0) SubmitAtomic(together);
        base.EndProcessing();
    }

    private void Take(in KvInput input, string key)
    {
        // A copy may go anywhere; the index of a key says something of its own store only.
        if ((InputObject?.BaseObject is ConsulKvDifference || (isIndexGiven ? CheckAndSet is ScriptBlock or PSObject { BaseObject: ScriptBlock } : input.CheckAndSet is not null))
            && ProblemOfOrigin(InputObject, $"{Printable.Text(key, 120)} would be written, and its index checked,") is { } elsewhere)
        {
            spoiler ??= "an input is of another session";
            WriteError(FindingErrors.Invalid(this, "-Session", elsewhere, key));
            return;
        }
        try
        {
            var kind = KindOf(input);
            var write = new ConsulKvWrite
            {
                Key = key,
                Kind = kind,
                Value = BytesOf(input),
                Flags = NumberOf(areFlagsGiven ? Computed(Flags) : input.Flags, FlagsMeaning),
                Index = kind != ConsulKvWriteKind.CheckAndSet ? 0 : NumberOf(isIndexGiven ? Computed(CheckAndSet) ?? "" : input.CheckAndSet, IndexMeaning),
                LockSession = LockSession,
                Fenced = Fenced,
                OperationPrefix = OperationPrefix,
            };
            SubmitWanted(write);
        }
        catch (ArgumentTransformationMetadataException refused)
        {
            spoiler ??= $"the value for {Printable.Text(key, 120)} cannot be stored";
            WriteError(FindingErrors.Invalid(this, "-InputObject", $"{refused.Message.TrimEnd('.')} (key {Printable.Text(key, 120)})", key));
        }
        catch (KvValueException refused)
        {
            spoiler ??= $"the value for {Printable.Text(key, 120)} cannot be stored";
            WriteError(FindingErrors.Invalid(this, "-Value", $"{refused.Message} (key {Printable.Text(key, 120)})", key));
        }
    }

    private void SubmitWanted(ConsulKvWrite write)
    {
        if (!IsWanted(write, hidesSecrets: InputObject?.BaseObject is ConsulKvDifference)) return;
        if (Atomic) together.Add(write);
        else Submit(write);
    }

    /// <summary>The whole table is looked at first: of one with a mistake nothing is written.</summary>
    private void TakeTree()
    {
        var flags = NumberOf(Computed(Flags), FlagsMeaning);
        var tree = new KvTreeReader(KvObject.Look);
        try
        {
            tree.Read(Prefix!, InputObject);
        }
        catch (GetValueException unread)
        {
            Spoil($"a property cannot be read: {Printable.Text(unread.Message, 200).TrimEnd('.')}");
            return;
        }
        if (tree.Problems.Count > 0)
        {
            var more = tree.Problems.Count - MostProblems;
            Spoil(string.Join("; ", tree.Problems.Take(MostProblems)) + (more > 0 ? $"; and {more} more" : "")
                + (InputObject?.BaseObject is ConsulKvEntry or string ? "; to write entries or keys elsewhere, compute their keys: -Key { 'app/' + $_.Key }" : ""));
            return;
        }
        if (tree.EmptyTables > 0) WriteVerbose($"Nothing is written for {Amount.Of(tree.EmptyTables, "empty table")}.");
        if (tree.Leaves.Count == 0) WriteWarning("The table is empty: there is nothing to write.");
        if (!MyInvocation.ExpectingInput) Expect(tree.Leaves.Count);
        foreach (var leaf in tree.Leaves)
            SubmitWanted(new ConsulKvWrite
            {
                Key = leaf.Key, Kind = CreateOnly ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.Put, Value = leaf.Value, Flags = flags, Fenced = Fenced, OperationPrefix = OperationPrefix,
            });

        void Spoil(string problem)
        {
            spoiler ??= "a table has a mistake";
            WriteError(FindingErrors.Invalid(this, "-InputObject", $"nothing of this table was written: {problem}", InputObject));
        }
    }

    private string? KeyOf(in KvInput input)
    {
        if (!isKeyGiven) return input.Key;
        var given = Computed(Key);
        return given as string ?? KvInput.TextOf(given);
    }

    private ConsulKvWriteKind KindOf(in KvInput input) =>
        CreateOnly ? ConsulKvWriteKind.CreateOnly
        : Acquire ? ConsulKvWriteKind.Acquire
        : Release ? ConsulKvWriteKind.Release
        : isIndexGiven || input.CheckAndSet is not null ? ConsulKvWriteKind.CheckAndSet
        : ConsulKvWriteKind.Put;

    /// <summary>What was given on the command line counts for every input; else an entry's bytes count before their text.</summary>
    private byte[] BytesOf(in KvInput input) =>
        !isValueGiven && input.Bytes is { } bytes ? bytes as byte[] ?? KvValue.BytesOf(bytes)
        : KvValue.TryConvert(isValueGiven ? Computed(Value) : input.Value, out var converted, out var problem) ? converted
        : throw new KvValueException(problem!);

    private static ulong NumberOf(object? given, string meaning) => given is null ? 0 : IndexAttribute.Read(given, meaning);

    /// <summary>A script block that came with an input is what it says of that input.</summary>
    private object? Computed(object? given)
    {
        if ((given is PSObject wrapped ? wrapped.BaseObject : given) is not ScriptBlock block || InputObject is null) return given;
        var results = block.InvokeWithContext(null, [new PSVariable("_", InputObject)]);
        return results.Count == 1 ? results[0] : results.Select(result => (object)result).ToArray();
    }
}
