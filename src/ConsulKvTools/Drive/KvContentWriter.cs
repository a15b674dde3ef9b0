using System.Collections;
using System.Diagnostics;
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
        if (IsBrokenOff()) return;
        if (problem is not null) provider.RefuseContent(place, problem);
        else if (pieces.Count == 0) provider.WriteWarning($"There was no content for {Printable.Text(place.Key, 200)}, so it was left as it is. Give '' for an empty value, or use Clear-Content.");
        else provider.WriteContent(place, Value, isAddition);
    }

    public void Dispose()
    {
    }

    /// <summary>
    /// True when the pipeline failed before the command came to its end. PowerShell closes a writer then too, in the same way, and there is
    /// nothing that tells but who calls: the command at its end, or the pipeline that clears up.
    /// </summary>
    private static bool IsBrokenOff()
    {
        foreach (var frame in new StackTrace(fNeedFileInfo: false).GetFrames() ?? [])
            switch (frame?.GetMethod()?.Name)
            {
                case "EndProcessing" or "ProcessRecord" or "DoEndProcessing" or "DoProcessRecord": return false;
                case "DisposeCommands": return true;
            }
        return false;
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
