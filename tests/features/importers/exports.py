"""A tiny set of platform exports, every row invented, for tests to write and to spoil."""

from __future__ import annotations

from pathlib import Path

TABLES: dict[str, str] = {
    "org_hierarchy": """\
mdo_id,mdo_name,ministry,ministry_id,department,department_id,is_cca,mdo_created_on
o3,Office of Lamps,Ministry of Light,m1,Department of Lamps,d1,No,2020-01-01
d1,Department of Lamps,Ministry of Light,m1,Department of Lamps,d1,Yes,2020-01-01
o9,Board of Candles,Ministry of Light,m1,,,No,2020-01-01
""",
    "kcm_dictionary": """\
competency_area_id,competency_area,competency_theme_id,competency_theme,competency_sub_theme_id,competency_sub_theme,competency_sub_theme_description
A1,Behavioural,T1,Care,S1,Patience,"<p>Waits, and stays kind</p>"
A3,Functional,T2,Lamps,S2,Wick Trimming,Keeps a wick even
""",
    "content": """\
content_id,content_name,content_type,batch_id,content_duration,content_rating,language,content_status,last_published_on,content_provider_name
do_1,  Trimming Wicks ,Course,b1,02:00:00,4.5,English,Live,2024-01-01,Lamp Academy
do_1,  Trimming Wicks ,Course,b2,02:00:00,4.5,English,Live,2024-01-01,Lamp Academy
do_2_rc,Patience at the Counter,Course,b3,10:00:00,,Hindi,Live,2024-01-01,Lamp Academy
do_3,An Old Course,Program,,Not Available,,English,Retired,2020-01-01,Lamp Academy
""",
    "kcm_content_mapping": """\
course_id,competency_area_id,competency_theme_id,competency_sub_theme_id
do_1,A3,T2,S2
do_2_rc,A1,T1,S1
""",
    "user_detail": """\
user_id,mdo_id,full_name,email,phone_number,designation,groups,gender,cadre,user_registration_date,profile_status
u1,o3,Invented One,one@example.org,9000000001,Lamp Officer,Group B,x,Lamp Service,2023-01-01 09:00:00,VERIFIED
u2,o3,Invented Two,two@example.org,9000000002,Not Available,Others,x,,2023-01-01 09:00:00,NOT-VERIFIED
u3,o9,Invented Three,three@example.org,9000000003,lamp  officer,C,x,,2023-01-01 09:00:00,
""",
    "user_enrolments": """\
user_id,batch_id,content_id,enrolled_on,content_progress_percentage,user_consumption_status,first_completed_on,user_rating,live_cbp_plan_mandate
u1,b1,do_1,2024-02-01 10:00:00,100,completed,2024-02-03 10:00:00,5,false
u1,b2,do_1,2024-03-01 10:00:00,10,in-progress,,,false
u1,b3,do_2_rc,2024-02-05 10:00:00,100,completed,2024-02-05 10:06:00,,false
u2,b1,do_1,2024-02-02 10:00:00,0,not-started,,,true
u2,b3,do_2_rc,2024-02-02 10:00:00,,,,,
u3,b3,do_2_rc,2024-02-02 10:00:00,50,in-progress,,,false
""",
    "cb_plan": """\
org_id,created_by,cb_plan_id,plan_name,allotment_type,allotment_to,content_id,allocated_on,due_by,status,isapar
o3,x,p1,Lamps first,Designation,Lamp Officer,do_1,2024-01-15,2024-12-31,Live,Yes
m1,x,p2,All of light,AllUser,All Users,do_2_rc,2024-02-04,2024-12-31,LIVE,No
o3,x,p3,Never sent,CustomUser,u2,do_1,2024-01-15,2024-12-31,DRAFT,No
o9,x,p4,For one,CustomUser,u3,do_3,2024-01-15,2024-12-31,Live,No
""",
    "assessment_detail": """\
user_id,content_id,assessment_id,assessment_type,score_achieved,overall_score,cut_off_percentage,completion_date,number_of_retakes
u1,do_1,a1,Final Assessment,18,20,60,2024-02-03 09:50:00,0
u2,do_1,a1,Standalone Assessment,5,20,60,2024-02-04 09:50:00,1
""",
}
"""Table name to its CSV."""


def write_exports(folder: Path, **changes: str | None) -> Path:
    """Write the exports as CSV into ``folder``; a change replaces one table's text, or leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (TABLES | changes).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
