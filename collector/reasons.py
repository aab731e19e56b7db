"""Why a message became a dead letter, in Chinese: the stored sentence is English, and a page says it in the reader's language.

Phrase by phrase, so that field names, values and lists of what is allowed stay as they are. A phrase that is not here stays
English; a test holds every sentence of the decoders and of the units to having none left.
"""

from __future__ import annotations

import re

_PHRASES: tuple[tuple[str, str], ...] = (
    (
        r"10,000 different ones of this source are kept, the rest is counted here",
        "该来源的不同死信已满一万种，其余在此合并计数",
    ),
    # what was found, then whole sentences, then their parts
    (r"an array or a set found", "收到数组或集合"),
    (r"an array found", "收到数组"),
    (r"an object found", "收到对象"),
    (r"a number found", "收到数字"),
    (r"a data set found", "收到数据集"),
    (r"a template found", "收到模板"),
    (r"a file found", "收到文件"),
    (r"bytes found", "收到字节"),
    (r"no value found", "没有值"),
    (r"text found", "收到文字"),
    (r"null found", "收到 null"),
    (r"true or false found", "收到布尔值"),
    (
        r"no decoded values: the frame's bytes are still encoded; set the device's .+?, which then publishes '(\w+)'",
        r"没有解码后的值：帧内容仍是编码；请在网络服务器中为该设备设置载荷解码器，它便会发布 '\1'",
    ),
    (
        r"device (.+?): (.+?) may not speak for it; its register entry must name it as gateway",
        r"设备 \1：\2 无权代其上报；登记表中该设备的网关须填它",
    ),
    (
        r"(\d+) devices in one pack of (.+?); the source's filter must name a gateway's level \{gateway\}",
        r"\2 的一个包中有 \1 个设备；来源的主题过滤器须写出网关一级 {gateway}",
    ),
    (r"it claims to be (.+?); the topic says (.+?), and the topic decides", r"自称 \1，主题为 \2；以主题为准"),
    (r"(.+?), but the topic says (.+?), and the topic decides", r"\1，而主题为 \2；以主题为准"),
    (r"alias (\d+): no birth named it; a rebirth is asked for", r"别名 \1：未在出生消息中声明；已请求重新出生"),
    (r"device: missing; allowed: the device that the gateway speaks for", "device：缺失；允许：网关代报的设备"),
    (
        r"SenML in CBOR, which is not read; allowed: SenML in JSON",
        "CBOR 编码的 SenML，本系统不读；允许：JSON 编码的 SenML",
    ),
    (
        r"not a Sparkplug B protobuf message \(cut off, or something else\)",
        "不是 Sparkplug B 的 protobuf 消息（被截断，或是别的内容）",
    ),
    (
        r"the JSON ends too early, at character (\d+); it was cut off on its way",
        r"JSON 在第 \1 个字符处提前结束；途中被截断",
    ),
    (r"a number with too many digits at character (\d+)", r"第 \1 个字符处的数字位数过多"),
    (
        r"a number beyond 2\^63 or not finite; allowed: finite numbers up to 2\^63",
        "数字超过 2^63 或不是有限数；允许：2^63 以内的有限数",
    ),
    (
        r"nested (\d+) deep; allowed: up to (\d+) arrays and objects inside one another",
        r"嵌套 \1 层；允许：数组与对象最多嵌套 \2 层",
    ),
    (r"payload of (\d+) bytes; allowed: up to (\d+)", r"载荷 \1 字节；允许：最多 \2"),
    (r"only the first (\d+) of its (\d+) bytes were kept", r"共 \2 字节，只保存了前 \1 字节"),
    (
        r"(\S+) mA cannot become (\S+): the point needs its range \(low and high\) for that",
        r"\1 mA 无法换算为 \2：测点须填量程（low 与 high）",
    ),
    (
        r"a field that must be understood and is not \(RFC 8428, section 4\.4\)",
        "必须理解而不理解的字段（RFC 8428 第 4.4 节）",
    ),
    (r"more than one value in a record; allowed: one of", "一条记录中有多个值；允许其一："),
    (
        r"is no SenML name; allowed: letters, digits and - : \. / _ after a first one",
        "不是 SenML 名称；允许：字母或数字开头，其后可用字母、数字与 - : . / _",
    ),
    (r"no source's filter matches its topic", "没有来源的主题过滤器与其主题相符"),
    (r"cannot be converted into (.+?): they are two ways to state a (\w+)", r"不能换算为 \1：二者是 \2 的两种表示"),
    (r"given for the state (\w+); allowed: no unit", r"用于状态 \1；允许：无单位"),
    (r"unexpected (\w+) while decoding", r"解码时出现意外 \1"),
    (r"unexpected (\w+Error|\w+)(?=:)", r"出现意外 \1"),
    (r"is a unit of (.+?), not of (\w+)", r"是 \1 的单位，不是 \2 的单位"),
    (r"is not a unit of anything we measure; write it as in", "不是任何量的单位；写法如"),
    (r"is not a unit of (\w+)", r"不是 \1 的单位"),
    (r"is not a value with a unit; write it as in", "不是带单位的数值；写法如"),
    (r"is not a state of (\w+)", r"不是 \1 的状态"),
    (r"is not a quantity", "不是已知的量"),
    (r"is not a finite (\w+)", r"不是有限的 \1"),
    (r"is not finite in (\S+)", r"换算为 \1 后不是有限数"),
    (r"is not a number", "不是数字"),
    (r"is not in the register", "不在登记表中"),
    (r"has no point for (.+)", r"没有对应 \1 的测点"),
    (r"is no time", "不是时间"),
    (r"ISO 8601 with an offset, as in", "带时区偏移的 ISO 8601，例如"),
    (r"ISO 8601 with an offset, a number, or nothing", "带时区偏移的 ISO 8601、数字，或不填"),
    (r"a number, true, false, text or null", "数字、true、false、文字或 null"),
    (r"an object of key and value, such as", "键与值组成的对象，例如"),
    (r"an object of key and value", "键与值组成的对象"),
    (r"an object with values or event", "含 values 或 event 的对象"),
    (r"an object with decoded_payload", "含 decoded_payload 的对象"),
    (r"an object by device name", "以设备名为键的对象"),
    (r"an object such as", "对象，例如"),
    (r"an array of SenML records", "SenML 记录的数组"),
    (r"a SenML record", "一条 SenML 记录"),
    (r"one JSON object", "一个 JSON 对象"),
    (r"a JSON document", "JSON 文档"),
    (r"records with timestamp and values", "含 timestamp 与数值的记录"),
    (r"seconds since 1970", "自 1970 年起的秒数"),
    (r"a number or a word of 1 to (\d+)", r"数字，或 1 至 \1 个字符的词"),
    (r"text of up to (\d+) characters", r"最多 \1 个字符的文字"),
    (r"text of (\d+) characters", r"\1 个字符的文字"),
    (r"a key of (\d+) characters", r"\1 个字符的键"),
    (r"a name too long; allowed: up to (\d+) characters", r"名称过长；允许：最多 \1 个字符"),
    (r"text such as", "文字，例如"),
    (r"finite numbers, null for no value", "有限数；没有值时用 null"),
    (r"finite numbers", "有限数"),
    (r"numbers, booleans and text", "数字、布尔值与文字"),
    (r"numbers in ", "数字，单位 "),
    (r"not a whole number from 0 to 2\^63", "不是 0 至 2^63 的整数"),
    (r"neither a name nor an alias", "既无名称也无别名"),
    (r"not JSON at character (\d+): .*?(?=$|；|; )", r"第 \1 个字符处不是 JSON"),
    (r"at character (\d+)", r"在第 \1 个字符处"),
    (r"not an array", "不是数组"),
    (r"not UTF-8", "不是 UTF-8"),
    (r"it ends in (.+?)(?=; )", r"末级为 \1"),
    (r"it is empty", "是空的"),
    (r"an array of (\d+)", r"\1 个元素的数组"),
    (r"the device's name", "设备名"),
    (r"(\w+) of an edge node, (\w+…?) of its device", r"边缘节点的 \1、其设备的 \2"),
    (r"N… of an edge node, D… of its device", "边缘节点的 N…、其设备的 D…"),
    (r"N or D with BIRTH, DATA, DEATH, CMD", "N 或 D 加 BIRTH、DATA、DEATH、CMD"),
    (r"and a gateway's connect, disconnect", "以及网关的 connect、disconnect"),
    (r"(\d+) records", r"\1 条记录"),
    (r"(\d+) rows", r"\1 行"),
    (r"(\d+) characters", r"\1 个字符"),
    (r"version (\S+)(?=; )", r"版本 \1"),
    (r"(\S+) found(?=; )", r"收到 \1"),
    (r"an array", "数组"),
    (r"an object", "对象"),
    (r"a number", "数字"),
    (r"true or false", "true 或 false"),
    (r"and (\d+) more like it", r"另有 \1 处同类"),
    (r"and (\d+) more", r"另有 \1 处"),
    (r"up to ", "最多 "),
    (r"no unit", "无单位"),
    (r": missing", "：缺失"),
    (r"; allowed: ", "；允许："),
    (r"topic: ", "主题："),
    (r"payload: ", "载荷："),
    (r"event (?=')", "事件 "),
    (r"type (?=')", "类型 "),
)
_COMPILED = tuple((re.compile(english), chinese) for english, chinese in _PHRASES)


def in_chinese(reason: str) -> str:
    """The sentence in Chinese, as far as its phrases are known."""
    for english, chinese in _COMPILED:
        reason = english.sub(chinese, reason)
    return reason
