using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace ConsulKvTools.Commands;

/// <summary>Collects content and writes it once, when all of it is there: never half of a value, and nothing at all when what should have given it broke off.</summary>
internal sealed class KvContentWriter(ConsulKvProvider provider, DrivePlace place, ContentWriterParameters parameters) : IContentWriter
{
    private static readonly byte[] LineEnd = [(byte)'\n'];

    private readonly List<byte[]> pieces = [];
    private bool isAllBytes = true;
    private bool isAddition;
    private bool isClosed;
    private string? problem;

    public IList Write(IList content)
    {
        foreach (var item in content)
        {
            var given = item is PSObject wrapped ? wrapped.BaseObject : item;
            if (given is byte[] many) pieces.Add(many);
            else if (given is byte one) pieces.Add([one]);
            else if (parameters.AsByteStream) problem ??= $"the content holds {(given is null ? "null" : $"a {given.GetType().Name}")}, and -AsByteStream takes bytes only";
            else if (KvValue.TryConvert(item, out var bytes, out var refusal))
            {
                isAllBytes = false;
                pieces.Add(bytes);
            }
            else problem ??= refusal;
        }
        return content;
    }

    /// <summary>Add-Content goes to the end first.</summary>
    public void Seek(long offset, SeekOrigin origin) => isAddition = origin == SeekOrigin.End;

    public void Close()
    {
        if (isClosed) return;
        isClosed = true;
        try
        {
            // PowerShell closes a writer in the same way when the pipeline broke off, but lets nothing be said then.
            provider.WriteProgress(new ProgressRecord(0, "Write content", "Done") { RecordType = ProgressRecordType.Completed });
        }
        catch (Exception stopped) when (stopped is PipelineStoppedException or InvalidOperationException)
        {
            return;
        }
        if (problem is not null) provider.RefuseContent(place, problem);
        else if (pieces.Count == 0) provider.WriteWarning($"There was no content for {Printable.Text(place.Key, 200)}, so it was left as it is. Give '' for an empty value, or use Clear-Content.");
        else provider.WriteContent(place, Value, isAddition);
    }

    public void Dispose()
    {
    }

    /// <summary>What is there and what was given. Text begins on a line of its own, and ends without a line end.</summary>
    private byte[] Value(byte[] before)
    {
        var isText = !isAllBytes && !parameters.NoNewline;
        var value = new MemoryStream();
        void Append(byte[] bytes) => value.Write(bytes, 0, bytes.Length);
        Append(before);
        if (isText && before.Length > 0 && before[before.Length - 1] != LineEnd[0]) Append(LineEnd);
        for (var position = 0; position < pieces.Count; position++)
        {
            if (isText && position > 0) Append(LineEnd);
            Append(pieces[position]);
        }
        return value.ToArray();
    }
}
