using System.Text;

namespace ConsulKvTools.Sessions;

/// <summary>The labels of a PEM file's blocks, whatever they hold.</summary>
internal static class Pem
{
    /// <summary>The text between <c>-----BEGIN</c> and the dashes of each block, in order; empty for anything that is no PEM.</summary>
    public static IReadOnlyList<string> Labels(byte[] file)
    {
        const string begin = "-----BEGIN ";
        var text = Encoding.ASCII.GetString(file);
        var labels = new List<string>();
        for (var at = text.IndexOf(begin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(begin, at + 1, StringComparison.Ordinal))
        {
            var end = text.IndexOf("-----", at + begin.Length, StringComparison.Ordinal);
            if (end < 0) break;
            labels.Add(text.Substring(at + begin.Length, end - at - begin.Length));
        }
        return labels;
    }
}
