using System.Management.Automation;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Commands;

/// <summary>Writes one key or a pipeline of keys, and says of each what became of it.</summary>
[Cmdlet(VerbsCommon.Set, "ConsulKv", DefaultParameterSetName = PutSet, SupportsShouldProcess = true)]
[OutputType(typeof(ConsulKvWriteResult))]
public sealed class SetConsulKvCommand : KvWriteCmdlet
{
    private const string PutSet = "Put";
    private const string CheckAndSetSet = "CheckAndSet";
    private const string CreateOnlySet = "CreateOnly";
    private const string AcquireSet = "Acquire";
    private const string ReleaseSet = "Release";

    private readonly List<ConsulKvWrite> together = [];
    private string? spoiler;
    private bool valueOnCommandLine;

    /// <summary>The key. Sent byte for byte as given, or refused with the reason.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AllowEmptyString]
    public string Key { get; set; } = "";

    /// <summary>
    /// The value: text (stored as UTF-8), a byte array (stored as it is), or a number, date or other scalar (stored as its culture-free text).
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>The value's exact bytes. Taken from entries that come down the pipeline, so that they are copied unchanged.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public byte[]? Bytes { get; set; }

    /// <summary>A number to store along with the value. Consul sets it to 0 when none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Index("a number from 0 to 18446744073709551615, which is what Consul keeps as flags")]
    public ulong Flags { get; set; }

    /// <summary>Writes only if the key's ModifyIndex is still this; 0 writes only if the key does not exist.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CheckAndSetSet, ValueFromPipelineByPropertyName = true)]
    [Index("an index to check against: give the key's ModifyIndex as Get-ConsulKv shows it, or 0 to write only if the key does not exist")]
    public ulong CheckAndSet { get; set; }

    /// <summary>Writes only if the key does not exist.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CreateOnlySet)]
    public SwitchParameter CreateOnly { get; set; }

    /// <summary>Id of the Consul lock session that takes or gives back the key's lock.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AcquireSet)]
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet)]
    [AllowEmptyString]
    public string? LockSession { get; set; }

    /// <summary>Takes the key's lock for the lock session, and writes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AcquireSet)]
    public SwitchParameter Acquire { get; set; }

    /// <summary>Gives the key's lock back, and writes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet)]
    public SwitchParameter Release { get; set; }

    /// <summary>Reads first and makes every attempt a check-and-set, so that not even a late attempt overwrites a newer value.</summary>
    [Parameter(ParameterSetName = PutSet)]
    public SwitchParameter Fenced { get; set; }

    /// <summary>Writes all inputs in one transaction, or none. Consul takes 64 operations at once, 128 from 1.14 on.</summary>
    [Parameter]
    public SwitchParameter Atomic { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.Write;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        valueOnCommandLine = MyInvocation.BoundParameters.ContainsKey(nameof(Value));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryGetBytes(out var bytes))
        {
            spoiler ??= Key;
            return;
        }
        var write = new ConsulKvWrite
        {
            Key = Key,
            Kind = ParameterSetName switch
            {
                CheckAndSetSet => ConsulKvWriteKind.CheckAndSet,
                CreateOnlySet => ConsulKvWriteKind.CreateOnly,
                AcquireSet => ConsulKvWriteKind.Acquire,
                ReleaseSet => ConsulKvWriteKind.Release,
                _ => ConsulKvWriteKind.Put,
            },
            Value = bytes,
            Flags = Flags,
            Index = CheckAndSet,
            LockSession = LockSession,
            Fenced = Fenced,
            OperationPrefix = OperationPrefix,
        };
        if (!IsWanted(write)) return;
        if (Atomic) together.Add(write);
        else Submit(write);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (together.Count == 0) return;
        if (spoiler is not null)
        {
            // All or none: what was refused at the door is one of all.
            foreach (var result in KvWriter.Spoiled(together, spoiler, Active)) Emit(result);
            return;
        }
        Await(async cancellation =>
        {
            foreach (var result in await new KvWriter(Active).WriteAtomicAsync(together, cancellation).ConfigureAwait(false)) Emit(result);
        });
    }

    /// <summary>What was given on the command line counts for every input; else an entry's bytes count before their text.</summary>
    private bool TryGetBytes(out byte[] bytes)
    {
        if (Bytes is not null && !valueOnCommandLine)
        {
            bytes = Bytes;
            return true;
        }
        if (KvValue.TryConvert(Value, out bytes, out var problem)) return true;
        WriteError(FindingErrors.Invalid(this, "-Value", $"{problem} (key {Printable.Text(Key, 120)})", Key));
        return false;
    }

    private bool IsWanted(ConsulKvWrite write)
    {
        // A key that is refused anyway is refused now: nobody is to confirm what cannot be done.
        if (!IsShown || KvKey.Check(write.Key, isPrefix: false) is not null) return IsShown || ShouldProcess(Printable.Text(write.Key, 200), "Set Consul key");
        var (entry, problem) = ReadForDisplay(write.Key);
        var description = KvChangeText.Of(write, entry, problem);
        return ShouldProcess(description, description + "\nWrite it?", "Set Consul key");
    }
}
