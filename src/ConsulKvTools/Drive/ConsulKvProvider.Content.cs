using System.Management.Automation;
using System.Management.Automation.Provider;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Folders;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Commands;

public sealed partial class ConsulKvProvider
{
    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new ContentReaderParameters();

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => new ContentWriterParameters();

    /// <inheritdoc/>
    public object? ClearContentDynamicParameters(string path) => null;

    /// <summary>A key's value, read at once.</summary>
    public IContentReader? GetContentReader(string path)
    {
        IContentReader? reader = null;
        For(path, AclOperation.Read, place =>
        {
            var given = DynamicParameters as ContentReaderParameters;
            if (ReadKey(place, path) is not { } entry) return;
            if (given?.AsByteStream.IsPresent != true && !entry.IsText)
                WriteWarning($"The value of {Shown(place)} is no UTF-8 text, and what is shown is not what is stored: -AsByteStream gives its bytes.");
            reader = new KvContentReader(entry.Bytes, given?.Raw.IsPresent == true, given?.AsByteStream.IsPresent == true);
        });
        return reader;
    }

    /// <summary>Collects what is to be written; the key is written once, when all is there.</summary>
    public IContentWriter? GetContentWriter(string path)
    {
        IContentWriter? writer = null;
        For(path, AclOperation.Write, place =>
        {
            if (KvKey.Check(place.Key, isPrefix: false) is { } problem) throw ConsulException.From(problem);
            if (IsOnlyFolder(place))
            {
                RefuseFolder(place, path);
                return;
            }
            writer = new KvContentWriter(this, place, DynamicParameters as ContentWriterParameters ?? new ContentWriterParameters());
        });
        return writer;
    }

    /// <summary>Makes the value empty. Set-Content asks for this before it writes: then nothing is done, so that nobody ever sees the key without a value.</summary>
    public void ClearContent(string path)
    {
        if (DynamicParameters is ContentWriterParameters) return;
        For(path, AclOperation.Write, Clear);
    }

    /// <summary>Writes a value for the writer of a content. Errors are those of the path.</summary>
    internal void WriteContent(DrivePlace place, Func<byte[], byte[]> value, bool isAddition)
    {
        try
        {
            if (isAddition) Settle(Ask(cancellation => KvAppend.RunAsync(place.Session, place.Key, value, cancellation)), place.Session, AclOperation.Write);
            else Write(new ConsulKvWrite { Key = place.Key, Value = value([]), Flags = FlagsOf(place) }, place, AclOperation.Write);
        }
        catch (ConsulException failed)
        {
            Write(failed, place, place.Key, AclOperation.Write);
        }
    }

    /// <summary>The error of content that cannot be stored.</summary>
    internal void RefuseContent(DrivePlace place, string problem) =>
        Refuse($"{problem} (key {Printable.Text(place.Key, 120)}). Nothing was written", place.Key, "Give text, bytes, or numbers, dates and other scalars.", ErrorCategory.InvalidArgument);

    private void Clear(DrivePlace place)
    {
        if (ReadKey(place, place.Key) is not { } entry || !ShouldProcess(Shown(place), "Clear Consul key")) return;
        // What was read is what is cleared: a value written meanwhile stays.
        Write(new ConsulKvWrite { Key = place.Key, Kind = ConsulKvWriteKind.CheckAndSet, Index = entry.ModifyIndex, Flags = entry.Flags }, place, AclOperation.Write);
    }

    /// <summary>The entry; null when there is none, and then the error that says why is written.</summary>
    private ConsulKvEntry? ReadKey(DrivePlace place, string path)
    {
        if (place.Key.Length == 0 || place.IsRoot)
        {
            RefuseFolder(place, path);
            return null;
        }
        var read = Ask(cancellation => new KvReader(place.Session).GetAsync(place.Key, ConsulConsistency.Default, cancellation));
        if (read.State == KvReadState.Missing && Look(place.AsFolder).IsFolder) RefuseFolder(place, path);
        else if (read.Finding is { } finding) throw ConsulException.From(finding);
        return read.Entry;
    }

    private bool IsOnlyFolder(DrivePlace place) => place.IsRoot || (!place.IsFolder && Look(place) is { IsKey: false, IsFolder: true });

    private void RefuseFolder(DrivePlace place, string path) =>
        Refuse($"'{Printable.Text(place.Folder, 200)}' is a folder, which has no value of its own", path, $"Name a key in it; Get-ChildItem '{Printable.Text(place.Drive.Name, 60)}:/{Printable.Text(place.Folder.Substring(place.Drive.Folder.Length), 200)}' shows them.");
}
