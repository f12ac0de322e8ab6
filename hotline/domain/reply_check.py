"""Whether a reply tells the citizen anything (答复提示): it warns the department, never blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORTEST = 20
"""Characters that can hold who did what and when; below it reviewers send replies back."""
TOO_MANY_GAPS = 2
"""Of the three things a reply should name: what was done, when, by whom."""

_WE = "(我局|我办|我单位|本单位|我们)?"
_OFFICE = (
    "(相关|有关|相应|责任|主管|职能)?(部门|单位|科室)(去)?(进行)?(核实|调查|处理|办理|解决|跟进)*"
)
_THEY = "(市民|来电人|诉求人|群众)"
_EMPTY = (
    "已(经)?(转|转交|移交|交由|反映给|转至|转派)(至|给|到)?(了)?" + _OFFICE,
    _WE + "(已|将)?(收悉|知悉|知晓|阅悉)",
    _WE + "(已|将)(记录|登记|关注|受理)",
    _WE + "(对此)?(将)?(高度|十分|非常)重视",
    _WE
    + "(会|将)?(尽快|及时|积极|抓紧|进一步|持续)(安排)?(进行)?"
    + "(核实|调查|处理|办理|解决|跟进|推进|协调|回复|答复|落实)",
    "(目前)?(正在|还在)(核实|调查|处理|办理|协调|推进|跟进|研究)+(之)?(中)?",
    "已(处理|办理|解决|核实|整改)(完毕|完成|完了|好了)?",
    "(处理|办理|解决|核实|整改)(完毕|完成|完了|好了)",
    "(将)?加强(巡查|管理|监管|宣传|教育|沟通)(力度)?",
    "按(照)?(相关|有关)?(规定|政策|程序|流程)(处理|办理|执行|交办)",
    "(请|望|敬请)(您|市民|来电人|诉求人)?(耐心等待|知悉|理解|谅解|放心)",
    "已(电话)?(联系|告知|答复|回复)(了)?" + _THEY + "?",
    "(尊敬的)?" + _THEY + "?(您好|你好)",
    "感谢(您|你)?(的)?(来电|来信|反映|支持|理解|监督|关注|关心|配合)(与|和|及)?(支持|理解|监督)?",
    "(您|你|市民)?(所)?(反映|咨询|投诉)的(问题|情况|事项|诉求)",
    "(情况)?(不)?属实",
    "特此(回复|答复)",
)
_PHRASE = re.compile("|".join(f"(?:{phrase})" for phrase in _EMPTY))
_GAPS = re.compile(r"[\s，。、；：！？,.;:!?…“”\"'（）()【】\-—]+")

_ACTION = re.compile(
    "核查|核实|查实|查明|检查|勘查|检测|监测|维修|修复|抢修|修缮|修补|更换|安装|加装|增设|清理|清运|清除|清洗|疏通"
    "|消毒|拆除|补种|修剪|处罚|罚款|立案|查处|取缔|扣押|责令|约谈|整改|劝导|劝离|制止|疏导|拖移|退款|退还|退费|发放"
    "|补发|支付|追缴|缴纳|调解|协商|协调|组织|安排|派出|调拨|配备|加密|增开|增加|调整|开通|恢复|开放|接通|登记|受理"
    "|审批|办理|补办|申领|预约|报名|救助|护送|陪同|接种|收容|解释|说明|讲解|提供|公布|公示|告知|可到|可持|可通过|须携带"
)
_TIME = re.compile(
    r"\d{1,4}\s*(年|月|日|号|时|点|分钟|小时|天|周|个月|个工作日)|[一二三四五六七八九十两]+(月|日|号|点|天|周|个月|小时|个?工作日)"
    r"|\d{1,2}[:：]\d{2}|\d{4}[-/]\d{1,2}|当天|当日|当晚|当场|今天|今日|今晚|昨天|昨日|明天|明日|次日|上午|下午|夜间|凌晨"
    r"|本周|下周|周[一二三四五六日末]|本月|下月|月底|年底|[日天周月]内|即日|现场|立即|即刻|同日|同步|长期有效|全年"
)
_PERSON = re.compile(
    "人员|工作组|专班|民警|交警|队员|师傅|医生|老师|网格员|社工|律师|志愿者|负责人|责任人|联系人|经办人|经理|科长|主任"
    "|局|委员会|管委会|街道|社区|居委|村委|乡镇|中心|大队|中队|支队|派出所|公司|集团|物业|学校|幼儿园|医院|窗口|大厅"
    "|站|所|院|企业|商家|商户|店|单位|业主|车主|驾驶员|电话[：:]?\\s*\\d"
)


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to better before sending: a code for programs, a sentence for people."""

    code: str
    text: str


def hints(reply: str) -> tuple[Hint, ...]:
    """Say what a reviewer would miss in this reply; blank text has no hints, it is refused.

    The rule of design 1 ("a hint when the reply says nothing"; story 8): stock phrases alone,
    fewer than 20 characters, or hardly a word on what was done, when, and by whom. One of the
    three may stay unsaid: a warning that comes with every good reply is read by nobody.
    """
    words = _GAPS.sub("", reply)
    if not words:
        return ()
    rest = _PHRASE.sub("", words)
    found: list[Hint] = []
    if len(rest) < len(words) and len(rest) < SHORTEST // 2:
        found.append(Hint("empty_phrase", "只有套话，市民看不出办了什么；请写明核查情况和处理结果"))
    if len(words) < SHORTEST:
        found.append(Hint("too_short", f"只有 {len(words)} 字，少于 {SHORTEST} 字，可能被审核退回"))
    missing = _missing(rest)
    if len(missing) >= TOO_MANY_GAPS:
        found.append(Hint("vague", f"没有写明{'、'.join(missing)}"))
    return tuple(found)


def _missing(words: str) -> list[str]:
    return [
        label
        for label, sign in (
            ("采取了什么措施", _ACTION),
            ("什么时间", _TIME),
            ("由谁办理", _PERSON),
        )
        if not sign.search(words)
    ]
